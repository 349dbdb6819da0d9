package dev.packhorse.identity;

import java.io.Closeable;
import java.io.IOException;
import java.security.PublicKey;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Who is known. */
public final class Identities implements Closeable {

    public Identities(IdentityFiles files, InstantSource clock) {}

    /**
     * Reads the files for the first time, and looks at them each second from then on. Before that nobody is known.
     *
     * @throws IOException with one line that says what the operator has to mend
     */
    public void load() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Whether a user or a group has this name, which is what a rule may speak of. */
    public boolean knows(String userOrGroup) {
        throw new UnsupportedOperationException();
    }

    /** Whose authorized SSH key this is; {@code null} if it is nobody's. */
    public @Nullable String userOf(PublicKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
