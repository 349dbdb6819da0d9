package dev.packhorse.identity;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who is known: the files of identities as they were when all of them could be read together.
 *
 * <p>They are looked at every {@value #LOOK_MILLIS} ms. What two looks in a row see alike is read, and takes the place of what was
 * known if all of it can be understood: so that a user or key that is taken out of a file is out two seconds later. A file that is
 * being written, that is broken, gone or not readable changes nothing, which one line of the log says. One that has become empty, or
 * ends within a line, may be half-written by somebody slow: it must stand so for {@value #PATIENCE_SECONDS} seconds.
 */
public final class Identities implements Closeable {

    private static final Logger LOG = Logger.getLogger(Identities.class);

    /** Two looks are done within two seconds, however they fall. */
    static final long LOOK_MILLIS = 750;

    static final long PATIENCE_SECONDS = 5;

    /** How often the first reading is tried while somebody writes. */
    private static final int FIRST_READINGS = 5;

    private final IdentityFiles files;
    private final InstantSource clock;
    private final ScheduledExecutorService looks;
    private volatile Snapshot current = Snapshot.EMPTY;

    /** What the files looked like when {@link #current} was read. */
    private List<FileStamp> read = List.of();

    /** What the last look saw, if it was something new, and since when. */
    private @Nullable List<FileStamp> seen;

    private Instant seenSince = Instant.MIN;
    private @Nullable String complaint;

    /** Nobody is known before {@link #load}. */
    public Identities(IdentityFiles files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
        this.looks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "identities");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Reads the files for the first time, and looks at them from then on.
     *
     * @throws IOException with one line that says what the operator has to mend
     */
    @SuppressWarnings("FutureReturnValueIgnored") // runs until the schedule is shut down
    public void load() throws IOException {
        loadOnce();
        if (!files.all().isEmpty()) {
            looks.scheduleWithFixedDelay(this::lookSafely, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** {@link #load} without the looks. */
    synchronized void loadOnce() throws IOException {
        for (int left = FIRST_READINGS; ; left--) {
            List<FileStamp> before = stamps();
            try {
                Snapshot snapshot = Snapshot.parse(files, contents());
                if (before.equals(stamps())) {
                    accept(snapshot, before);
                    return;
                }
            } catch (IOException e) {
                if (before.equals(stamps())) {
                    throw e;
                }
            }
            if (left == 0) {
                throw new IOException("the files of identities change all the time: " + files.all());
            }
        }
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            // A schedule ends with the first exception that leaves it, and nobody would be taken out any more.
            LOG.error("the files of identities could not be looked at", e);
        }
    }

    /** Looks whether something has changed, and reads it. */
    synchronized void look() {
        List<FileStamp> now = stamps();
        if (now.equals(read)) {
            seen = null;
            complaint = null;
            return;
        }
        if (!now.equals(seen)) {
            seen = now;
            seenSince = clock.instant();
            return;
        }
        try {
            Map<Path, byte[]> contents = contents();
            if (!stamps().equals(now)) {
                seen = null;
                return;
            }
            if (looksUnfinished(contents, now) && clock.instant().isBefore(seenSince.plusSeconds(PATIENCE_SECONDS))) {
                return;
            }
            Snapshot next = Snapshot.parse(files, contents);
            accept(next, now);
            LOG.infof("identities were read again: %s", next);
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
        }
    }

    /** Whether one of those that have changed may be half-written. */
    private boolean looksUnfinished(Map<Path, byte[]> contents, List<FileStamp> now) {
        List<Path> all = files.all();
        for (int i = 0; i < all.size(); i++) {
            if (!now.get(i).equals(read.get(i)) && Lines.looksUnfinished(contents.get(all.get(i)))) {
                return true;
            }
        }
        return false;
    }

    private void accept(Snapshot next, List<FileStamp> stamps) {
        current = next;
        read = stamps;
        seen = null;
        complaint = null;
        List<String> orphans = next.orphans();
        if (!orphans.isEmpty()) {
            LOG.warnf("there is no such user, so that these let nobody in: %s", String.join(", ", orphans));
        }
    }

    private void complain(String what) {
        if (!what.equals(complaint)) {
            complaint = what;
            LOG.warnf("identities stay what they were: %s", what);
        }
    }

    private List<FileStamp> stamps() {
        return files.all().stream().map(FileStamp::of).toList();
    }

    private Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        for (Path file : files.all()) {
            contents.put(file, content(file));
        }
        return contents;
    }

    /**
     * All of a file.
     *
     * @throws IOException with one line that names it
     */
    static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(Lines.MAX_BYTES + 1);
            if (content.length > Lines.MAX_BYTES) {
                throw new IOException("more than " + Lines.MAX_BYTES + " bytes");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is not there", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + " may not be read", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is known now; one request uses one of these from its beginning to its end. */
    Snapshot current() {
        return current;
    }

    /** Whether a user or a group has this name, which is what a rule may speak of. */
    public boolean knows(String userOrGroup) {
        Snapshot now = current;
        return now.isUser(userOrGroup) || now.isGroup(userOrGroup);
    }

    /** Whose authorized SSH key this is; {@code null} if it is nobody's. */
    public @Nullable String userOf(PublicKey key) {
        return current.sshUser(SshKeys.fingerprint(key));
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
