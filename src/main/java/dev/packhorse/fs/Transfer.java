package dev.packhorse.fs;

import dev.packhorse.fs.FsException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One copy or move between two stores: {@link Trees#transfer} says what it does. */
final class Transfer {

    private static final int BUFFER = 64 * 1024;

    private final Store from;
    private final Store to;
    private final boolean move;
    private final String operation;

    Transfer(Store from, Store to, boolean move) {
        this.from = from;
        this.to = to;
        this.move = move;
        this.operation = move ? "move" : "copy";
    }

    Node run(FsPath source, FsPath target, TransferOptions options) throws FsException {
        to.capabilities().require(Capability.WRITE, operation, target);
        if (move) {
            from.capabilities().require(Capability.WRITE, operation, source);
        }
        Preconditions conditions = options.preconditions();
        Long timestamp = conditions.changeTimestamp();
        if (timestamp != null) {
            to.capabilities().require(Capability.CHANGE_TIMESTAMPS, operation, target);
            if (move) {
                from.capabilities().require(Capability.CHANGE_TIMESTAMPS, operation, source);
            }
        }
        Node node = from.stat(source);
        conditions.check(node, operation, source);
        boolean created = refuse(node, target, options);
        Preconditions ordered = new Preconditions(null, null, null, timestamp);
        MessageDigest seen = sha256();
        if (node.isDirectory()) {
            copyDirectory(node, target, ordered, seen);
        } else {
            boolean mustNotExist =
                    created && !options.overwrite() && to.capabilities().has(Capability.ETAGS);
            copyFile(
                    node,
                    conditions,
                    target,
                    mustNotExist ? new Preconditions(null, EtagMatch.ANY, null, timestamp) : ordered,
                    seen);
        }
        if (move) {
            remove(node, seen.digest(), timestamp);
        }
        return to.stat(target);
    }

    /** Refuses what makes no sense; returns whether the target is new. */
    private boolean refuse(Node node, FsPath target, TransferOptions options) throws FsException {
        FsPath source = node.path();
        boolean samePaths = from == to;
        if (source.isRoot() || target.isRoot() || (samePaths && source.equals(target))) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (samePaths && node.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Node there;
        try {
            there = to.stat(target);
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
            return true;
        }
        if (!options.overwrite()) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        if (node.isDirectory() && !there.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, target);
        }
        if (!node.isDirectory() && there.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, target);
        }
        if (move && there.isDirectory()) {
            try (Listing listing = to.list(target)) {
                if (listing.next() != null) {
                    throw new FsException(Kind.NOT_EMPTY, operation, target);
                }
            }
        }
        return false;
    }

    private void copyDirectory(Node node, FsPath target, Preconditions ordered, MessageDigest seen) throws FsException {
        note(node, seen);
        to.makeDirectory(target, WriteOptions.of(ordered));
        try (Listing listing = from.list(node.path())) {
            for (Node child = listing.next(); child != null; child = listing.next()) {
                FsPath at = target.child(child.path().name());
                if (child.isDirectory()) {
                    copyDirectory(child, at, Preconditions.NONE, seen);
                } else {
                    copyFile(child, Preconditions.NONE, at, Preconditions.NONE, seen);
                }
            }
        }
        // Behind the children, which a directory that is read-only would not take, and which change its time.
        AttributeChange attributes = attributes(node);
        if (!attributes.isEmpty() && Permissions.of(to).mayDescribe(target)) {
            to.change(target, attributes, Preconditions.NONE);
        }
    }

    private void copyFile(Node node, Preconditions held, FsPath target, Preconditions conditions, MessageDigest seen)
            throws FsException {
        note(node, seen);
        MessageDigest sent = sha256();
        try (Content content = from.read(node.path())) {
            Node read = content.node();
            held.check(read, operation, node.path());
            WriteOptions options = new WriteOptions(attributes(read), conditions);
            Node written;
            if (read.isSymlink()) {
                byte[] text = bytes(content);
                sent.update(text);
                written = to.link(target, new String(text, StandardCharsets.UTF_8), options);
            } else {
                written = to.write(target, new Digested(content.body(), sent), options);
            }
            if (written.size() != read.size() || written.type() != read.type()) {
                throw new FsException(Kind.IO, operation, target);
            }
        } catch (FsException e) {
            boolean taken = e.kind() == Kind.PRECONDITION_FAILED
                    && conditions.ifNoneMatch() != null
                    && e.path().equals(target);
            throw taken ? new FsException(Kind.ALREADY_EXISTS, operation, target, e) : e;
        }
        if (move) {
            requireEqual(target, sent.digest());
        }
    }

    private void requireEqual(FsPath target, byte[] sent) throws FsException {
        MessageDigest found = sha256();
        try (Content content = to.read(target);
                InputStream in = content.body().open()) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                found.update(buffer, 0, count);
            }
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, operation, target, e);
        }
        if (!Arrays.equals(found.digest(), sent)) {
            throw new FsException(Kind.IO, operation, target);
        }
    }

    /** Removes the source, if it is what has been copied. */
    private void remove(Node node, byte[] copied, @Nullable Long timestamp) throws FsException {
        if (!Arrays.equals(look(from, node.path()), copied)) {
            throw new FsException(Kind.BUSY, operation, node.path());
        }
        EtagMatch same = node.etag() == null ? null : new EtagMatch(false, List.of(node.etag()));
        from.remove(node.path(), new Preconditions(same, null, null, timestamp));
    }

    /** What a store shows of a node and all below it, as {@link #note} adds it up. */
    static byte[] look(Store store, FsPath path) throws FsException {
        MessageDigest seen = sha256();
        look(store, store.stat(path), seen);
        return seen.digest();
    }

    private static void look(Store store, Node node, MessageDigest seen) throws FsException {
        note(node, seen);
        if (node.isDirectory()) {
            try (Listing listing = store.list(node.path())) {
                for (Node child = listing.next(); child != null; child = listing.next()) {
                    look(store, child, seen);
                }
            }
        }
    }

    /** Adds one node, as the source shows it, to what has been seen of the tree. */
    private static void note(Node node, MessageDigest seen) {
        seen.update((node + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** What the target keeps. The permissions of a symlink mean nothing. */
    private AttributeChange attributes(Node node) {
        return new AttributeChange(
                        node.isSymlink() ? null : node.mode(), node.modified(), node.owner(), node.mediaType())
                .keptBy(to.capabilities());
    }

    private byte[] bytes(Content content) throws FsException {
        try (InputStream in = content.body().open()) {
            return in.readAllBytes();
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, operation, content.node().path(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A body that is taken down as it is read. */
    private record Digested(Body body, MessageDigest digest) implements Body {

        @Override
        public long length() {
            return body.length();
        }

        @Override
        public InputStream open() throws IOException {
            return new FilterInputStream(body.open()) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int count = in.read(buffer, offset, length);
                    if (count > 0) {
                        digest.update(buffer, offset, count);
                    }
                    return count;
                }

                @Override
                public long skip(long count) {
                    return 0;
                }

                @Override
                public boolean markSupported() {
                    return false;
                }
            };
        }
    }
}
