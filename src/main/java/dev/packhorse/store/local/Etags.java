package dev.packhorse.store.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Strong entity tags, for the price of the {@code lstat} that is made anyway.
 *
 * <p>A time of the kernel or of {@link WriteClock} changes with the content and only then, so inode, size and time make the
 * tag. A <em>given</em> time may be the same before and after, so for it the tag is kept in the extended attribute
 * {@value #ATTRIBUTE}, with the size and time that it is valid for: fresh after a write, the old one after a change of
 * metadata. Without a valid attribute the time of the last change of the inode is mixed in.
 *
 * <p>On a file system without user attributes (NFS before 4.2, tmpfs before Linux 6.6) the tag of a file with a given time
 * therefore changes with its metadata, and that is all that is lost. The tag of a symlink is made from its target.
 */
final class Etags {

    private static final String ATTRIBUTE = "packhorse.etag";
    private static final Pattern KEPT = Pattern.compile("([0-9a-f]{1,40}) (\\d{1,19}) (-?\\d{1,19})");
    private static final int MAX_KEPT = 100;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Etags() {}

    /** The tag of a file; few have to be looked at again for it. */
    static String ofFile(Supplier<Path> at, Inode inode) throws IOException {
        if (!WriteClock.isGiven(inode.modified())) {
            return derived(inode);
        }
        Path path = at.get();
        String kept = kept(path, inode.size(), inode.modified());
        return kept != null ? kept : unkept(path, inode);
    }

    /** The tag of a file whose time is not a given one, or has just been written by {@link WriteClock}. */
    static String derived(Inode inode) {
        return hex(start(inode));
    }

    private static String unkept(Path path, Inode inode) throws IOException {
        return hex(mix(start(inode), Inode.changed(path)));
    }

    static String ofTarget(String target) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String fresh() {
        return hex(RANDOM.nextLong());
    }

    /** Keeps a tag with a file that has, or is about to get, this size and given time. Where that is refused, it is not kept. */
    static void keep(Path path, String etag, long size, Instant modified) throws IOException {
        byte[] text = (etag + ' ' + size + ' ' + WriteClock.micros(modified)).getBytes(StandardCharsets.US_ASCII);
        try {
            view(path).write(ATTRIBUTE, ByteBuffer.wrap(text));
        } catch (IOException e) {
            if (!LocalErrors.isRefusal(e)) {
                throw e;
            }
        }
    }

    static @Nullable String kept(Path path, long size, Instant modified) throws IOException {
        UserDefinedFileAttributeView view = view(path);
        try {
            // Asked first, because for most files the answer is no, and an exception is no cheap no.
            if (!view.list().contains(ATTRIBUTE)) {
                return null;
            }
            ByteBuffer text = ByteBuffer.allocate(MAX_KEPT);
            view.read(ATTRIBUTE, text);
            Matcher kept = KEPT.matcher(StandardCharsets.US_ASCII.decode(text.flip()));
            boolean valid = kept.matches()
                    && kept.group(2).equals(Long.toString(size))
                    && kept.group(3).equals(Long.toString(WriteClock.micros(modified)));
            return valid ? kept.group(1) : null;
        } catch (IOException e) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            throw e;
        }
    }

    private static UserDefinedFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static long start(Inode inode) {
        return mix(mix(mix(inode.number()) ^ inode.size()), inode.modified());
    }

    private static long mix(long hash, Instant time) {
        return mix(mix(hash ^ time.getEpochSecond()) ^ time.getNano());
    }

    /** A bijection that spreads every bit (the finaliser of Steele, Lea and Flood's SplitMix, OOPSLA 2014). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}
