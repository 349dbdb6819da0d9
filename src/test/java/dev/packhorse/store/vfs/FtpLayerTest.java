package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.listener.Listener;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive on an FTP server, which is fetched through Commons VFS. */
class FtpLayerTest {

    @TempDir
    Path folder;

    @TempDir
    Path temp;

    @SuppressWarnings("NullAway.Init")
    private FtpServer server;

    private int port;

    @BeforeEach
    void start() throws FtpException {
        ListenerFactory listening = new ListenerFactory();
        listening.setServerAddress("127.0.0.1");
        listening.setPort(0);
        Listener listener = listening.createListener();
        FtpServerFactory factory = new FtpServerFactory();
        factory.addListener("default", listener);
        BaseUser user = new BaseUser();
        user.setName("mule");
        user.setPassword("s3cret@x");
        user.setHomeDirectory(folder.toString());
        factory.getUserManager().save(user);
        server = factory.createServer();
        server.start();
        port = listener.getPort();
    }

    @AfterEach
    void stop() {
        server.stop();
        assertThat(temp).isEmptyDirectory();
    }

    private String uri(String password, String path) {
        return "tgz:ftp://mule:" + password + "@127.0.0.1:" + port + path;
    }

    @Test
    void itsEntriesAreServed() throws IOException {
        Files.createDirectory(folder.resolve("d"));
        Files.write(folder.resolve("d/a b.tgz"), ArchiveFiles.gzip(ArchiveFiles.tar()));
        for (long limit : new long[] {1 << 20, 100}) {
            try (Store store =
                            VfsStore.open(uri("s3cret%40x", "/d/a%20b.tgz!/dir"), TestOptions.with(temp, limit, 1000));
                    Content content = store.read(FsPath.parse("/b [x] %41#?;é.txt"))) {
                assertThat(ArchiveStoreTest.text(content)).isEqualTo("odd");
            }
        }
    }

    @Test
    void whatIsWrongIsToldWithoutThePassword() {
        assertThatThrownBy(() -> VfsStore.open(uri("s3cret%40x", "/none.tgz"), TestOptions.in(temp)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tgz:ftp://mule:***@127.0.0.1:" + port + "/none.tgz cannot be opened: nothing is there")
                .satisfies(VfsOpenTest::holdsNoSecret);
        assertThatThrownBy(() -> VfsStore.open(uri("wrongsecret", "/none.tgz"), TestOptions.in(temp)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("access is refused")
                .satisfies(VfsOpenTest::holdsNoSecret);
    }
}
