package dev.packhorse.store.sftp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.jspecify.annotations.Nullable;

/**
 * A known_hosts file (OpenSSH, {@code sshd(8)}, SSH_KNOWN_HOSTS FILE FORMAT): plain, hashed and wildcard names, {@code
 * [host]:port}, {@code @revoked} and {@code @cert-authority}. Read anew for every connection.
 *
 * <p>MINA's {@code KnownHostsServerKeyVerifier} asks for the address of the socket, which behind a jump host is not that of
 * the server, and takes a file it cannot read for an empty one; the lines are read by MINA.
 */
record KnownHosts(Path file, HostKeyPolicy policy) {

    /** One for all stores: they may share a file. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    /**
     * Checks a key.
     *
     * @return {@code null} if it is the host's, else one line that says why not
     */
    @Nullable
    String refusal(String host, int port, PublicKey key) {
        WRITING.lock();
        try {
            return check(host, port, key);
        } catch (IOException | RuntimeException e) {
            return "cannot read or write the known hosts in " + file + ": "
                    + e.getClass().getSimpleName();
        } finally {
            WRITING.unlock();
        }
    }

    /** The types of the keys that the file has for a host: what to ask the host for first. */
    Set<String> types(String host, int port) {
        Set<String> types = new LinkedHashSet<>();
        try {
            for (KnownHostEntry entry : entries(host, port)) {
                AuthorizedKeyEntry key = entry.getKeyEntry();
                if (key != null && entry.getMarker() == null) {
                    types.add(key.getKeyType());
                }
            }
        } catch (IOException | RuntimeException e) {
            // The check will say so.
            return types;
        }
        return types;
    }

    private @Nullable String check(String host, int port, PublicKey shown) throws IOException {
        List<KnownHostEntry> entries = entries(host, port);
        boolean certified = shown instanceof OpenSshCertificate;
        PublicKey key = shown instanceof OpenSshCertificate certificate ? certificate.getCaPubKey() : shown;
        boolean known = false;
        boolean right = false;
        for (KnownHostEntry entry : entries) {
            boolean same = KeyUtils.compareKeys(key, key(entry));
            String marker = entry.getMarker() == null ? "" : entry.getMarker();
            if (marker.equals("revoked")) {
                if (same) {
                    return "the key of " + at(host, port) + " is revoked in " + file;
                }
            } else {
                known = true;
                right |= same && certified == marker.equals("cert-authority");
            }
        }
        if (right) {
            return null;
        }
        String print = KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key);
        if (known) {
            return "the key of " + at(host, port) + " has changed: " + print + " is not the one in " + file;
        }
        if (policy == HostKeyPolicy.STRICT || certified) {
            return "the host " + at(host, port) + " with the key " + print + " is not in " + file;
        }
        append(host, port, shown);
        return null;
    }

    private List<KnownHostEntry> entries(String host, int port) throws IOException {
        List<KnownHostEntry> matching = new ArrayList<>();
        try {
            for (KnownHostEntry entry : KnownHostEntry.readKnownHostEntries(file)) {
                // MINA takes a pattern without a port to mean port 22; for "@revoked *" that would be no refusal.
                boolean anyPort = entry.getMarker() != null && entry.isHostMatch(host, 22);
                if (anyPort || entry.isHostMatch(host, port)) {
                    matching.add(entry);
                }
            }
        } catch (NoSuchFileException e) {
            return matching;
        }
        return matching;
    }

    private static @Nullable PublicKey key(KnownHostEntry entry) {
        try {
            AuthorizedKeyEntry key = entry.getKeyEntry();
            return key == null ? null : key.resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
        } catch (IOException | GeneralSecurityException e) {
            // A kind of key that is not known here cannot be the one shown.
            return null;
        }
    }

    private void append(String host, int port, PublicKey key) throws IOException {
        boolean fresh = !Files.exists(file);
        String text = fresh ? "" : Files.readString(file);
        String name = port == 22 ? host : at(host, port);
        String line =
                (text.isEmpty() || text.endsWith("\n") ? "" : "\n") + name + " " + PublicKeyEntry.toString(key) + "\n";
        Files.writeString(file, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String at(String host, int port) {
        return "[" + host + "]:" + port;
    }
}
