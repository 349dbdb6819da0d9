package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jspecify.annotations.Nullable;

/** Keys of an issuer in a file, looked at each second while tokens come. A broken one leaves the keys that were. */
final class FileKeys implements IssuerKeys {

    private static final Logger LOG = Logger.getLogger(FileKeys.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Path file;
    private final InstantSource clock;
    private volatile List<JsonWebKey> keys = List.of();
    private volatile Instant nextLook = Instant.MIN;
    private @Nullable FileStamp read;
    private @Nullable String complaint;

    FileKeys(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    @Override
    public synchronized void load() throws IOException {
        FileStamp stamp = FileStamp.of(file);
        try {
            keys = IssuerKeys.parse(new String(Identities.content(file), UTF_8));
        } catch (IOException e) {
            throw new IOException("the keys of the issuer in " + file + ": " + e.getMessage(), e);
        }
        read = stamp;
        complaint = null;
        nextLook = clock.instant().plus(LOOK);
    }

    @Override
    public List<JsonWebKey> keys(@Nullable String kid) {
        if (!clock.instant().isBefore(nextLook)) {
            look();
        }
        return keys;
    }

    private synchronized void look() {
        Instant now = clock.instant();
        if (now.isBefore(nextLook)) {
            return;
        }
        nextLook = now.plus(LOOK);
        if (FileStamp.of(file).equals(read)) {
            return;
        }
        try {
            load();
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(complaint)) {
                complaint = why;
                LOG.warnf("the issuer's keys stay what they were: %s", why);
            }
        }
    }
}
