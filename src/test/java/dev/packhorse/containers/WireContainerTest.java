package dev.packhorse.containers;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP Filesystem front over each remote store, with the overlay and without. */
@WithContainers
class WireContainerTest {

    private abstract static class Over extends GoldenSessions {

        private final Remote remote;

        @TempDir
        @SuppressWarnings("NullAway.Init")
        Path temp;

        Over(Remote remote) {
            this.remote = remote;
        }

        @Override
        protected Store create() throws Exception {
            return remote.fresh(temp);
        }
    }

    @Nested
    class OpenSsh extends Over {
        OpenSsh() {
            super(Remote.OPENSSH);
        }
    }

    @Nested
    class ModSftp extends Over {
        ModSftp() {
            super(Remote.MOD_SFTP);
        }
    }

    @Nested
    class Ftp extends Over {
        Ftp() {
            super(Remote.FTP);
        }
    }

    @Nested
    class Ftps extends Over {
        Ftps() {
            super(Remote.FTPS);
        }
    }

    @Nested
    class WebDav extends Over {
        WebDav() {
            super(Remote.WEBDAV);
        }
    }
}
