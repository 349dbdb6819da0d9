package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** How a path is found in the database: its UTF-8 bytes, their SHA-256, and as many of them as an index holds. */
final class PathKey {

    /** Half of what a page of a PostgreSQL B-tree takes in an entry (2,704 bytes), with room for the other columns. */
    static final int HEAD_BYTES = 1024;

    private final byte[] bytes;

    private PathKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static PathKey of(FsPath path) {
        return new PathKey(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    static PathKey ofBytes(byte[] bytes) {
        return new PathKey(bytes);
    }

    /** Below every descendant of this path, and above whatever sorts before them. */
    byte[] lowerBound() {
        if (bytes.length == 1) {
            return bytes;
        }
        byte[] bound = Arrays.copyOf(bytes, bytes.length + 1);
        bound[bytes.length] = '/';
        return bound;
    }

    /** Above every descendant of this path: the lower bound with the character behind the slash. */
    byte[] upperBound() {
        byte[] bound = lowerBound().clone();
        bound[bound.length - 1] = '/' + 1;
        return bound;
    }

    /** This path, which is {@code source} or below it, as it is called after a move to {@code target}. */
    PathKey moved(PathKey source, PathKey target) {
        int suffix = bytes.length - source.bytes.length;
        byte[] moved = Arrays.copyOf(target.bytes, target.bytes.length + suffix);
        System.arraycopy(bytes, source.bytes.length, moved, target.bytes.length, suffix);
        return new PathKey(moved);
    }

    byte[] bytes() {
        return bytes;
    }

    byte[] head() {
        return head(bytes);
    }

    static byte[] head(byte[] path) {
        return path.length <= HEAD_BYTES ? path : Arrays.copyOf(path, HEAD_BYTES);
    }

    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
