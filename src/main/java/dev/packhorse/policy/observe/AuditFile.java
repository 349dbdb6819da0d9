package dev.packhorse.policy.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A file of audit lines, and its predecessors beside it: {@code audit.log}, {@code audit.log.2026-11-21.1}.
 *
 * <p>Lines are only added. Before it would become longer than the options say, and with the first lines of a new day (UTC), the file
 * is renamed and a new one begun; the date is that of its lines. Whoever else renames or removes it (logrotate) needs to tell nobody:
 * before each group of lines is looked whether the file is still where it was. Several processes may share it.
 *
 * <p>A file that ends within a line, of a process that was killed, gets a newline first. What is no regular file ({@code /dev/stderr},
 * a pipe) is written to and never renamed.
 */
public final class AuditFile implements AuditOutput {

    private static final Logger LOG = Logger.getLogger(AuditFile.class);

    /** How long a rename that was refused is not tried again. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private static final int OPEN_ATTEMPTS = 100;

    /**
     * How a file is kept.
     *
     * @param maxSize bytes after which a new one is begun; one group of lines may exceed it
     * @param keep how many predecessors stay, at least 1
     * @param durable whether lines are forced to the disk before they count as written
     */
    public record Options(long maxSize, int keep, boolean durable) {

        /** 100 MiB, 10 files, left to the operating system. */
        public static final Options DEFAULT = new Options(100 << 20, 10, false);

        public Options {
            if (maxSize < 1 || keep < 1) {
                throw new IllegalArgumentException("a file of " + maxSize + " bytes, " + keep + " kept");
            }
        }
    }

    /** An open file, and what it was known by when it was opened. */
    private record Opened(FileChannel channel, @Nullable Object key, boolean isRegular) {}

    private final Path file;
    private final Options options;
    private final InstantSource clock;
    private final Predecessors predecessors;
    private @Nullable Opened opened;
    /** Of the lines in it. */
    private LocalDate day;

    private Instant nextRename = Instant.MIN;

    private AuditFile(Path file, Options options, InstantSource clock) {
        this.file = file;
        this.options = options;
        this.clock = clock;
        this.predecessors = new Predecessors(file);
        this.day = today();
    }

    /**
     * Opens a file, which is made if it is not there, with its folder.
     *
     * @throws IOException if it cannot be written
     */
    public static AuditFile open(Path file, Options options) throws IOException {
        return open(file, options, InstantSource.system());
    }

    static AuditFile open(Path file, Options options, InstantSource clock) throws IOException {
        AuditFile audit = new AuditFile(file.toAbsolutePath(), options, clock);
        audit.current();
        audit.predecessors.keep(options.keep());
        return audit;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        Opened current = opened;
        boolean withinLine = lines.position() > 0 && lines.get(lines.position() - 1) != '\n';
        if (current == null || !withinLine) {
            current = current();
            if (isDue(current, lines.remaining())) {
                current = rotated(current);
            }
        }
        while (lines.hasRemaining()) {
            current.channel.write(lines);
        }
        if (options.durable()) {
            current.channel.force(false);
        }
    }

    /** The file, opened anew if it is no longer where it was. */
    private Opened current() throws IOException {
        Opened current = opened;
        if (current != null && !isGone(current)) {
            return current;
        }
        if (current != null) {
            opened = null;
            current.channel.close();
        }
        current = reopen();
        opened = current;
        return current;
    }

    private boolean isGone(Opened current) {
        try {
            return !Objects.equals(key(), current.key);
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            // Nobody knows; what is open still takes lines.
            return false;
        }
    }

    private @Nullable Object key() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private Opened reopen() throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        for (int attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
            create(folder);
            Opened result = existing();
            if (result != null) {
                return result;
            }
        }
        throw new IOException(file + " is replaced all the time");
    }

    private void create(@Nullable Path folder) throws IOException {
        try {
            FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions())
                    .close();
        } catch (FileAlreadyExistsException e) {
            return;
        }
        if (options.durable() && folder != null) {
            try (FileChannel directory = FileChannel.open(folder)) {
                directory.force(true);
            }
        }
    }

    /** For the operator and their group: the names in it are nobody else's business. */
    private FileAttribute<?>[] permissions() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
                }
                : new FileAttribute<?>[0];
    }

    /** Opens what is there; {@code null} if that was replaced meanwhile. */
    private @Nullable Opened existing() throws IOException {
        FileChannel channel = null;
        try {
            BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
            channel = FileChannel.open(file, StandardOpenOption.APPEND);
            if (Objects.equals(before.fileKey(), key())) {
                if (before.isRegularFile() && before.size() > 0) {
                    day = LocalDate.ofInstant(before.lastModifiedTime().toInstant(), ZoneOffset.UTC);
                    endLine(channel);
                } else {
                    day = today();
                }
                Opened result = new Opened(channel, before.fileKey(), before.isRegularFile());
                channel = null;
                return result;
            }
        } catch (NoSuchFileException e) {
            // Somebody else is renaming it.
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
        return null;
    }

    private void endLine(FileChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        try (FileChannel reading = FileChannel.open(file)) {
            reading.read(last, Math.max(0, reading.size() - 1));
        }
        if (last.position() == 1 && last.get(0) != '\n') {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private boolean isDue(Opened current, int more) throws IOException {
        if (!current.isRegular) {
            return false;
        }
        long size = current.channel.size();
        LocalDate today = today();
        if (size == 0) {
            day = today;
            return false;
        }
        return (size + more > options.maxSize() || today.isAfter(day))
                && !clock.instant().isBefore(nextRename);
    }

    private Opened rotated(Opened current) throws IOException {
        try {
            predecessors.take(day);
        } catch (NoSuchFileException e) {
            // Somebody else was faster.
        } catch (IOException e) {
            nextRename = clock.instant().plus(RETRY);
            LOG.warnf("%s cannot be renamed, and goes on growing: %s", file, e);
            return current;
        }
        Opened fresh = current();
        predecessors.keep(options.keep());
        return fresh;
    }

    @Override
    public void close() throws IOException {
        Opened current = opened;
        opened = null;
        if (current != null) {
            current.channel.close();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
