package dev.packhorse.gateway;

import dev.packhorse.change.Outbox;
import dev.packhorse.policy.observe.AuditLog;
import dev.packhorse.server.TlsSettings;
import io.quarkus.runtime.annotations.StaticInitSafe;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
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

    /** Whether an export may let whoever reaches a listener beyond this host change it without a credential. */
    @WithDefault("false")
    boolean allowAnonymousWrites();

    /** A line for each request: `stdout`, a file, or `off`. */
    @WithDefault("stdout")
    String accessLog();

    /** The audit log. */
    Audit audit();

    /** How long a deleted path keeps its change timestamp. */
    @WithDefault("1h")
    Duration changeTimestampRetention();

    /** The state database. */
    Database database();

    /** The HTTP listener. */
    Http http();

    /** TLS of the HTTP listener. */
    Https https();

    /** What clients may take. */
    Limits limits();

    /** The emulated ReplayTV. */
    Replay replay();

    /** Changes that wait for routes from `changes:`. */
    Changes changes();

    /** Who is known. */
    Identity identity();

    /** Failed logins. */
    Login login();

    /** The audit log. */
    interface Audit {

        /** A line of JSON for each operation: `stdout`, a file, or `off`. */
        @WithParentName
        @WithDefault("off")
        String to();

        /** Size of the file after which a new one is begun; one is begun each day as well. */
        @WithDefault("100m")
        MemorySize maxSize();

        /** How many of the former files stay. */
        @WithDefault("10")
        int keep();

        /** Whether what is only looked at is a line, too. */
        @WithDefault("false")
        boolean stat();

        /** Whether the line of a change is forced to the disk before the client is told. */
        @WithDefault("false")
        boolean durable();

        /** What becomes of changes while the log cannot be written: `refuse` them, or `continue` without it. */
        @WithDefault("refuse")
        AuditLog.WhenFull whenFull();
    }

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

        /** Proxies that are believed when they say for whom they ask, by `X-Forwarded-For`: addresses and ranges such as `10.0.0.0/8`, separated by commas. */
        Optional<String> trustedProxies();

        /** Whether connections of those begin with a header of the PROXY protocol, which then must be there. */
        @WithDefault("false")
        boolean proxyProtocol();
    }

    /**
     * What clients may take, so that one of them cannot hurt the others. The defaults are far from what a client takes that means
     * well, and limit no rates: how fast is too fast depends on disks and lines.
     */
    interface Limits {

        /** Connections of one address at a time; more are closed at once. 0 for no limit, here and below. */
        @WithDefault("2000")
        int connectionsPerAddress();

        /** Requests with a body that are in progress, of all clients together; more are 503. None given: as many as fit into half of the memory for buffers. */
        Optional<Integer> bodies();

        /** Bytes of all temporary files together, such as `20g`; what needs more fails with 507. None given: half of what is free on that disk at the start. */
        Optional<MemorySize> spool();

        /** What one address may take; of an IPv6 address the first 64 bits count. */
        OfAddress address();

        /** What one identity may take, from all its addresses. */
        OfIdentity identity();

        /** What one address may take. */
        interface OfAddress {

            /** Requests of one address within a second; more are 429. */
            @WithDefault("0")
            int requests();

            /** Requests of one address that may come at once after a pause; 0 for those of a second. */
            @WithDefault("0")
            int burst();

            /** Bytes of request bodies of one address within a second, such as `10m`; a client that sends faster waits. */
            @WithDefault("0")
            MemorySize upload();

            /** Bytes of response bodies of one address within a second; faster is none sent. */
            @WithDefault("0")
            MemorySize download();

            /** Requests of one address that are in progress; more are 429. Half of the usual threads: one client cannot hold all. */
            @WithDefault("64")
            int transfers();
        }

        /** What one identity may take. */
        interface OfIdentity {

            /** Requests of one identity within a second; more are 429. */
            @WithDefault("0")
            int requests();

            /** Requests of one identity that may come at once after a pause; 0 for those of a second. */
            @WithDefault("0")
            int burst();

            /** Bytes of request bodies of one identity within a second. */
            @WithDefault("0")
            MemorySize upload();

            /** Bytes of response bodies of one identity within a second. */
            @WithDefault("0")
            MemorySize download();

            /** Requests of one identity that are in progress; more are 429. None: an identity may be many machines. */
            @WithDefault("0")
            int transfers();
        }
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

        /** File of the revoked ones, PEM or DER, with lists of all issuers, none out of date; who is in shows theirs anew. */
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

    /** Who is known. */
    interface Identity {

        /** File of users, `name:hash` as `htpasswd` writes it, with bcrypt, argon2id or sha-crypt. */
        Optional<String> users();

        /** File of groups, `group: member member`. */
        Optional<String> groups();

        /** File of API keys, as `key add` writes it. */
        Optional<String> keys();

        /** File of SSH keys, a user and an entry of `authorized_keys` in each line. */
        Optional<String> sshKeys();

        /** An issuer of tokens. */
        Oidc oidc();

        /** An issuer of tokens. */
        interface Oidc {

            /** Whose tokens (OpenID Connect) are taken; none for no tokens. */
            Optional<String> issuer();

            /** For whom they must be. */
            Optional<String> audience();

            /** URL or file of the issuer's public keys. */
            Optional<String> jwks();

            /** By how much the clocks may differ, 10 minutes at most. */
            @WithDefault("30s")
            Duration clockSkew();

            /** Where a token has groups, a claim or a path of claims like `realm_access.roles`. */
            @WithDefault("groups")
            String groupsClaim();

            /** Which claim names the caller; `preferred_username`, else `sub`. */
            Optional<String> nameClaim();
        }
    }

    /** Failed logins. */
    interface Login {

        /** Failed logins of an address that cost nothing; from the next one on answers are delayed, 250 ms doubling to 4 s. */
        @WithDefault("5")
        int free();

        /** How long failed logins count together. */
        @WithDefault("10m")
        Duration window();

        /** So many bar the address. */
        @WithDefault("20")
        int barAfter();

        /** For how long. */
        @WithDefault("15m")
        Duration bar();
    }
}
