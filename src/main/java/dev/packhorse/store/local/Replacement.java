package dev.packhorse.store.local;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WholeBody;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Puts a new file at a path, whole or not at all: a temporary file beside it, then a rename.
 *
 * @param operation what is being done, for failures
 * @param attributes what the file gets; what is missing is kept from a file that is replaced
 * @param overwrite whether something may be there
 * @param preconditions what must hold for what is there
 * @param etag the tag to carry over from another file system; {@code null} for a tag of its own
 */
record Replacement(
        LocalTree tree,
        String operation,
        FsPath path,
        AttributeChange attributes,
        boolean overwrite,
        Preconditions preconditions,
        @Nullable String etag) {

    private static final int BUFFER = 256 * 1024;

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {
        void fill(FileChannel channel) throws IOException;

        /** All that is left to do is a rename. */
        default void publishing() throws IOException {}
    }

    Node run(Source source) throws IOException {
        Temp temp;
        Metadata wanted;
        long stamp = Confinement.LOCK.readLock();
        try {
            Path target = tree.resolve(path, operation);
            wanted = wanted(check(target), null);
            temp = Temp.file(directory(target), mode(wanted).permissions());
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
        try (temp) {
            source.fill(temp.channel());
            Inode inode = finish(temp, wanted);
            if (tree.durable() != Durability.NONE) {
                // Forcing may take long, and setting the attributes has cost the lock.
                temp.lockAgain();
                temp.channel().force(true);
            }
            source.publishing();
            return place(temp, inode, wanted);
        }
    }

    private @Nullable Inode check(Path target) throws IOException {
        Inode old = Inode.readIfThere(target);
        tree.check(preconditions, path, target, old, operation);
        tree.checkReplaceable(path, old, overwrite, operation);
        return old;
    }

    private Path directory(Path target) throws FsException {
        Path directory = target.getParent();
        if (directory == null || path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        return directory;
    }

    private Metadata wanted(@Nullable Inode old, @Nullable Instant time) {
        boolean kept = old != null && old.isFile();
        Mode mode = attributes.mode() != null
                ? attributes.mode()
                : kept && old != null ? old.permissions() : Mode.FILE_DEFAULT;
        Owner owner = attributes.owner() != null ? attributes.owner() : kept && old != null ? old.owner() : null;
        return new Metadata(mode, owner, time);
    }

    private static Mode mode(Metadata wanted) {
        return wanted.mode() == null ? Mode.FILE_DEFAULT : wanted.mode();
    }

    /** Gives the complete file its attributes, and its tag if its time does not make one. */
    private Inode finish(Temp temp, Metadata wanted) throws IOException {
        Instant given = attributes.modified() == null ? null : WriteClock.given(attributes.modified());
        long stamp = Confinement.LOCK.readLock();
        try {
            Inode inode = Inode.read(temp.path());
            if (given != null) {
                Etags.keep(temp.path(), etag == null ? Etags.fresh() : etag, inode.size(), given);
            }
            return new Metadata(wanted.mode(), wanted.owner(), given == null ? WriteClock.next() : given)
                    .apply(temp.path(), inode);
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    private Node place(Temp temp, Inode finished, Metadata wanted) throws IOException {
        Node node;
        FileChannel directory;
        long stamp = Confinement.LOCK.readLock();
        try {
            Path target = tree.resolve(path, operation);
            Lock stripe = Stripes.of(target);
            stripe.lock();
            try {
                Metadata now = wanted(check(target), null);
                Inode inode = finished;
                if (!Objects.equals(now, wanted)) {
                    inode = now.apply(temp.path(), inode);
                }
                temp.place(target);
                node = tree.node(path, target, inode);
                directory = tree.directoryToForce(target);
            } finally {
                stripe.unlock();
            }
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
        LocalTree.force(directory);
        return node;
    }

    /** The bytes of a body, all of them and no more. */
    static Source body(Body body, String operation, FsPath path) {
        return new Source() {
            @Override
            public void fill(FileChannel channel) throws IOException {
                long declared = body.length();
                int size = declared == Body.UNKNOWN ? BUFFER : (int) Math.min(BUFFER, declared + 1);
                byte[] buffer = new byte[size];
                try (InputStream in = WholeBody.unpublished(body, operation, path)) {
                    for (int n = in.readNBytes(buffer, 0, size); n > 0; n = in.readNBytes(buffer, 0, size)) {
                        write(channel, ByteBuffer.wrap(buffer, 0, n));
                        if (n < size) {
                            break;
                        }
                    }
                }
            }

            @Override
            public void publishing() throws IOException {
                WholeBody.publish(body, operation, path);
            }
        };
    }

    /** The bytes of an open file, with holes for zeros. */
    static Source file(FileChannel from, long size) {
        return channel -> {
            ByteBuffer zeros = ByteBuffer.allocate(Math.toIntExact(Math.min(BUFFER, Math.max(1, size))));
            ByteBuffer buffer = ByteBuffer.allocateDirect(zeros.capacity());
            long position = 0;
            boolean hole = false;
            while (position < size) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), size - position));
                int n = from.read(buffer, position);
                if (n <= 0) {
                    throw new EOFException("the file ends at " + position + " instead of " + size);
                }
                buffer.flip();
                hole = buffer.mismatch(zeros.duplicate().limit(n)) < 0;
                if (!hole) {
                    channel.position(position);
                    write(channel, buffer);
                }
                position += n;
            }
            if (hole) {
                // The JDK lengthens a file only by writing to it.
                channel.position(size - 1);
                write(channel, ByteBuffer.allocate(1));
            }
        };
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
