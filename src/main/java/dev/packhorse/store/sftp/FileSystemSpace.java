package dev.packhorse.store.sftp;

import dev.packhorse.fs.Space;
import java.io.IOException;

/** The answer of {@code statvfs@openssh.com} (OpenSSH, PROTOCOL, 4.4). */
final class FileSystemSpace {

    private FileSystemSpace() {}

    static Space read(Reply in) throws IOException {
        in.int64(); // f_bsize
        long unit = in.int64();
        long blocks = in.int64();
        in.int64(); // f_bfree
        long available = in.int64();
        long total = saturated(blocks, unit);
        return new Space(total, Math.min(total, saturated(available, unit)));
    }

    private static long saturated(long blocks, long unit) {
        long high = Math.multiplyHigh(blocks, unit);
        long low = blocks * unit;
        return blocks < 0 || unit < 0 || high != 0 || low < 0 ? Long.MAX_VALUE : low;
    }
}
