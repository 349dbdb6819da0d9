package dev.packhorse.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.Test;

@WithContainers
class SshServersTest {

    @Test
    void sftpListsAFolderOfOpenSsh() throws Exception {
        OpenSsh server = OpenSsh.shared();
        assertThat(listed(server, OpenSsh.PORT, server.hostKeys(), "root")).containsExactly("a file");
    }

    private static List<String> listed(Counterpart server, int port, List<String> hostKeys, String user)
            throws IOException, InterruptedException {
        String folder = server.freshFolder();
        server.run("touch '" + folder + "/a file'");
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier((session, address, key) -> hostKeys.contains(PublicKeyEntry.toString(key)));
            client.start();
            try (ClientSession session = client.connect(user, server.host(), port)
                    .verify(Duration.ofSeconds(10))
                    .getSession()) {
                session.addPasswordIdentity(Counterpart.PASSWORD);
                session.auth().verify(Duration.ofSeconds(10));
                List<String> names = new ArrayList<>();
                try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
                    for (SftpClient.DirEntry entry : sftp.readDir(folder)) {
                        names.add(entry.getFilename());
                    }
                }
                names.removeAll(List.of(".", ".."));
                return names;
            }
        }
    }
}
