package dev.packhorse.containers;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.vfs.ftp.FtpOptions;
import dev.packhorse.store.vfs.ftp.FtpStore;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

@WithContainers
class ExplicitFtpsStoreContainerTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path keys;

    @SuppressWarnings("NullAway.Init")
    private static FtpOptions options;

    @BeforeAll
    static void learnTheCertificate() throws Exception {
        options = FtpOptions.of(ProFtpd.USER, ProFtpd.PASSWORD)
                .with(FtpOptions.Tls.EXPLICIT, ProFtpd.shared().certificate(keys.resolve("tls.crt")));
    }

    @Override
    protected Store create() throws Exception {
        ProFtpd server = ProFtpd.shared();
        return FtpStore.open(server.host(), ProFtpd.FTP, FsPath.parse(server.freshFolder()), options);
    }
}
