package dev.packhorse.store.vfs.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** The formats, by the schemes that Commons VFS gives them. */
public enum Format {
    ZIP(Packing.NONE),
    TAR(Packing.NONE),
    TGZ(Packing.GZIP),
    TBZ2(Packing.BZIP2),
    GZ(Packing.GZIP),
    BZ2(Packing.BZIP2);

    /** What is around the whole. */
    private enum Packing {
        NONE,
        GZIP,
        BZIP2
    }

    private static final Map<String, Format> SCHEMES = Map.ofEntries(
            Map.entry("zip", ZIP),
            Map.entry("jar", ZIP),
            Map.entry("sar", ZIP),
            Map.entry("ear", ZIP),
            Map.entry("par", ZIP),
            Map.entry("ejb3", ZIP),
            Map.entry("war", ZIP),
            Map.entry("tar", TAR),
            Map.entry("tgz", TGZ),
            Map.entry("tbz2", TBZ2),
            Map.entry("gz", GZ),
            Map.entry("bz2", BZ2));

    private final Packing packing;

    Format(Packing packing) {
        this.packing = packing;
    }

    /** The format of a scheme, {@code null} if it is no archive. */
    public static @Nullable Format ofScheme(String scheme) {
        return SCHEMES.get(scheme);
    }

    /** Tells whether the whole is compressed, so that nothing can be read from the middle. */
    boolean isPacked() {
        return packing != Packing.NONE;
    }

    /** The bytes without the compression around the whole, all members of a concatenation. */
    InputStream unpack(InputStream in) throws IOException {
        return switch (packing) {
            case NONE -> in;
            case GZIP ->
                GzipCompressorInputStream.builder()
                        .setInputStream(in)
                        .setDecompressConcatenated(true)
                        .get();
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
        };
    }
}
