package dev.packhorse.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPSClient;
import org.apache.commons.net.util.TrustManagerUtils;
import org.junit.jupiter.api.Test;

@WithContainers
class ProFtpdTest {

    @Test
    void ftpListsAFolder() throws Exception {
        assertThat(listed(new FTPClient(), ProFtpd.FTP)).containsExactly("a file");
    }

    @Test
    void ftpsLogsIn() throws Exception {
        assertThat(loggedIn(encrypted(false), ProFtpd.FTP)).isTrue();
    }

    @Test
    void implicitFtpsLogsIn() throws Exception {
        assertThat(loggedIn(encrypted(true), ProFtpd.FTPS)).isTrue();
    }

    private static FTPSClient encrypted(boolean implicit) {
        FTPSClient client = new FTPSClient(implicit);
        client.setTrustManager(TrustManagerUtils.getValidateServerCertificateTrustManager());
        return client;
    }

    private static boolean loggedIn(FTPClient client, int port) throws IOException {
        client.connect(ProFtpd.shared().host(), port);
        try {
            return client.login(Counterpart.USER, Counterpart.PASSWORD);
        } finally {
            client.disconnect();
        }
    }

    private static String[] listed(FTPClient client, int port) throws IOException, InterruptedException {
        ProFtpd server = ProFtpd.shared();
        String folder = server.freshFolder();
        server.run("touch '" + folder + "/a file'");
        client.connect(server.host(), port);
        try {
            assertThat(client.login(Counterpart.USER, Counterpart.PASSWORD)).isTrue();
            client.enterLocalPassiveMode();
            assertThat(client.changeWorkingDirectory(folder)).isTrue();
            return client.listNames();
        } finally {
            client.disconnect();
        }
    }
}
