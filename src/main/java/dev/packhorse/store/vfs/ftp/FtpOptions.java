package dev.packhorse.store.vfs.ftp;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a server, and how to read what it says.
 *
 * @param user who logs in
 * @param password the password; never printed
 * @param tls whether and how the control connection is encrypted
 * @param certificates a file of PEM certificates that are trusted instead of the system's. A server that shows one of them
 *     itself is taken whatever name it stands for; one signed by one of them must be named as it is called
 * @param clearData leaves the data connections of {@code ftps} unencrypted ({@code PROT C})
 * @param connectTimeout for a connection to be there, control and data
 * @param replyTimeout for the answer to a command, and for a connection of the pool to come free
 * @param dataTimeout for the next bytes of a transfer
 * @param idleTimeout after which an unused connection is closed
 * @param connections how many may be open for work; one more is used for short questions beside a transfer. At least 2
 * @param zone in which a server without {@code MLSD} tells times
 * @param charset of names; {@code null} for UTF-8
 * @param fromHome whether the root is meant from the directory in which the login begins, as in RFC 1738, 3.2.2
 * @param trustPasvAddress connects data to the address that {@code PASV} names, instead of the server's own
 */
public record FtpOptions(
        String user,
        String password,
        Tls tls,
        @Nullable Path certificates,
        boolean clearData,
        Duration connectTimeout,
        Duration replyTimeout,
        Duration dataTimeout,
        Duration idleTimeout,
        int connections,
        ZoneId zone,
        @Nullable Charset charset,
        boolean fromHome,
        boolean trustPasvAddress) {

    /** Encryption of the control connection. */
    public enum Tls {
        /** None: {@code ftp}. */
        NONE,
        /** Asked for on the plain port by {@code AUTH TLS} (RFC 4217). A server that refuses is not talked to. */
        EXPLICIT,
        /** From the first byte, on a port of its own, by custom 990. */
        IMPLICIT
    }

    public FtpOptions {
        if (!Wire.isSendable(user) || !Wire.isSendable(password)) {
            throw new IllegalArgumentException("user or password holds a control character");
        }
        if (connections < 2) {
            throw new IllegalArgumentException("connections must be 2 or more");
        }
        for (Duration timeout : new Duration[] {connectTimeout, replyTimeout, dataTimeout, idleTimeout}) {
            if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("a timeout must be between a millisecond and a day");
            }
        }
    }

    /** Plain FTP, 8 connections, 10 s to connect, 30 s for answers and bytes, UTF-8 names, times in UTC. */
    public static FtpOptions of(String user, String password) {
        return new FtpOptions(
                user,
                password,
                Tls.NONE,
                null,
                false,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                8,
                ZoneOffset.UTC,
                null,
                true,
                false);
    }

    /** These with encryption, and the certificates to trust. */
    public FtpOptions with(Tls encryption, @Nullable Path trusted) {
        return new FtpOptions(
                user,
                password,
                encryption,
                trusted,
                clearData,
                connectTimeout,
                replyTimeout,
                dataTimeout,
                idleTimeout,
                connections,
                zone,
                charset,
                fromHome,
                trustPasvAddress);
    }

    /** These with one timeout for connecting, answers and bytes, and another number of connections. */
    public FtpOptions with(Duration timeout, int count) {
        return new FtpOptions(
                user,
                password,
                tls,
                certificates,
                clearData,
                timeout,
                timeout,
                timeout,
                idleTimeout,
                count,
                zone,
                charset,
                fromHome,
                trustPasvAddress);
    }

    /** These, believing the addresses that {@code PASV} names. */
    public FtpOptions withPasvAddresses() {
        return new FtpOptions(
                user,
                password,
                tls,
                certificates,
                clearData,
                connectTimeout,
                replyTimeout,
                dataTimeout,
                idleTimeout,
                connections,
                zone,
                charset,
                fromHome,
                true);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "FtpOptions[user=" + user + ", password=***, tls=" + tls + ", connections=" + connections + "]";
    }
}
