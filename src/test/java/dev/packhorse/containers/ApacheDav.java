package dev.packhorse.containers;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.wait.strategy.Wait;

/** Apache's mod_dav over {@value Counterpart#FILES}, with basic authentication. */
final class ApacheDav extends Counterpart {

    private static final int PORT = 80;

    private static @Nullable ApacheDav shared;

    private ApacheDav() {
        super("apache-dav", "www-data");
        container().withExposedPorts(PORT).waitingFor(Wait.forHttp("/").forStatusCode(401));
    }

    static ApacheDav started() {
        ApacheDav server = new ApacheDav();
        server.container().start();
        return server;
    }

    static synchronized ApacheDav shared() {
        ApacheDav server = shared;
        if (server == null) {
            server = started();
            shared = server;
        }
        return server;
    }

    /** The address of a folder below {@value Counterpart#FILES}. */
    URI uri(String folder) {
        return URI.create("http://" + host() + folder.substring(FILES.length()) + "/");
    }

    /** The same for Commons VFS, with user and password. */
    String vfsUri(String folder) {
        return "webdav4://" + USER + ":" + PASSWORD + "@" + host() + folder.substring(FILES.length());
    }
}
