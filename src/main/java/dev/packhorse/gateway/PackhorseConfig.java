package dev.packhorse.gateway;

import dev.packhorse.change.Outbox;
import dev.packhorse.server.TlsSettings;
import io.quarkus.runtime.annotations.StaticInitSafe;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration: keys of {@code config/application.properties}, also as system properties and environment variables.
 * The reference in the README is generated from this interface.
 */
@StaticInitSafe
@ConfigMapping(prefix = "packhorse")
public interface PackhorseConfig {

    /** The state folder: database, spool. Relative to the working directory. */
    @WithDefault("data")
    String data();

    /** Which route files are loaded. */
    @WithDefault("routes/*.yaml")
    String routes();

    /** A line for each request: `stdout`, a file, or `off`. */
    @WithDefault("stdout")
    String accessLog();

    /** How long a deleted path keeps its change timestamp. */
    @WithDefault("1h")
    Duration changeTimestampRetention();

    /** The state database. */
    Database database();

    /** The HTTP listener. */
    Http http();

    /** TLS of the HTTP listener. */
    Https https();

    /** The emulated ReplayTV. */
    Replay replay();

    /** Changes that wait for routes from `changes:`. */
    Changes changes();

    /** The state database. */
    interface Database {

        /** Where the state database is, `jdbc:postgresql://host/name`; none for the one in the state folder. */
        Optional<String> url();

        /** Who signs in there; `packhorse`. */
        Optional<String> user();

        /** With which password. */
        Optional<String> password();
    }

    /** The HTTP listener. */
    interface Http {

        /** Address to bind. */
        @WithDefault("127.0.0.1")
        String host();

        /** Port to bind, 0 for a free one, -1 for none, which leaves TLS. */
        @WithDefault("8080")
        int port();

        /** Bytes of a request line; more is 414. */
        @WithDefault("16384")
        int maxLine();

        /** Bytes of all header fields; more is 431. */
        @WithDefault("32768")
        int maxHead();

        /** Bytes of a request body; more is 413. */
        @WithDefault("9223372036854775807")
        long maxBody();

        /** Connections at a time; more are closed at once. */
        @WithDefault("20000")
        int maxConnections();

        /** How long a connection may wait between requests. */
        @WithDefault("75s")
        Duration idleTimeout();

        /** How long a request head may take; more is 408. */
        @WithDefault("20s")
        Duration headTimeout();

        /** How long a body may stand still; a request body must bring 256 bytes a second over this time. */
        @WithDefault("30s")
        Duration bodyTimeout();

        /** How long requests in flight may take when the gateway stops. */
        @WithDefault("30s")
        Duration stopTimeout();

        /** Threads that may block, on JDKs without virtual threads. */
        @WithDefault("128")
        int threads();
    }

    /** TLS of the HTTP listener. */
    interface Https {

        /** Address to bind; that of `packhorse.http.host`. */
        Optional<String> host();

        /** Port to bind for TLS, usually 8443, 0 for a free one; none for no TLS. */
        Optional<Integer> port();

        /** File of the certificate in PEM, then of those between it and the root. Read again when it is renewed, as all these files. */
        Optional<String> certificate();

        /** File of its private key in PEM, RSA or EC; the one of the certificate. */
        Optional<String> key();

        /** File with the password of the key, where that is encrypted (PKCS#8). */
        Optional<String> keyPasswordFile();

        /** PKCS#12 file of certificate and key, instead of the two in PEM. */
        Optional<String> keyStore();

        /** Its password. */
        Optional<String> keyStorePassword();

        /** File with its password. */
        Optional<String> keyStorePasswordFile();

        /** What encrypts: `native` (BoringSSL), `jdk`, or `auto`, native where it can be loaded. */
        @WithDefault("auto")
        TlsSettings.Provider provider();

        /** Whether clients show certificates: `none`, `optional` or `required`. */
        @WithDefault("none")
        TlsSettings.ClientCertificates clientCertificates();

        /** File, in PEM, of the certificates that those of clients are signed by. */
        Optional<String> clientCa();

        /** File of the revoked ones, in PEM or DER; with lists of all issuers, and none that is out of date. */
        Optional<String> clientCrl();

        /** Whether requests without TLS are answered with 308 to here; all of them, those from loopback too. */
        @WithDefault("false")
        boolean redirect();

        /** Port that they are sent to, where clients reach this one by another; that of TLS. */
        Optional<Integer> publicPort();
    }

    /** The emulated ReplayTV. */
    interface Replay {

        /** Address to bind, where an export speaks `replay`. */
        @WithDefault("127.0.0.1")
        String host();

        /** Port to bind, 0 for a free one. Real devices have 80. */
        @WithDefault("8081")
        int port();

        /** Connections at a time; more wait. */
        @WithDefault("64")
        int maxConnections();

        /** What the device is called. */
        @WithDefault("Packhorse")
        String name();

        /** Address that answers to searches (SSDP) name, where port 80 leads to the device; none for no answers. */
        Optional<String> announce();
    }

    /** Changes that wait for routes from `changes:`. */
    interface Changes {

        /** How long a change waits for a route from `changes:`, and how long one is remembered that nobody has seen. */
        @WithDefault("7d")
        Duration retention();

        /** How many changes may wait for one route. */
        @WithDefault("1000000")
        long backlog();

        /** What happens when there are more: `drop-oldest`, or `refuse` what would change the export. */
        @WithDefault("drop-oldest")
        Outbox.WhenFull whenFull();

        /** How long the changes that a gateway is at are left to it when it gives no more sign of life. */
        @WithDefault("30s")
        Duration lease();
    }
}
