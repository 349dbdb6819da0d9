package dev.packhorse.front.openhands;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import java.io.InputStream;
import java.nio.channels.FileChannel;

/**
 * One change that a webhook told of.
 *
 * @param kind what happened
 * @param path to what
 * @param stored where in the spooled file its content is, encoded as it came
 * @param length bytes of the content, decoded
 */
record Change(Kind kind, FsPath path, ByteRange stored, long length) {

    /** What happened, and how the content is encoded. The order is that of the numbers in spooled files. */
    enum Kind {
        REMOVED,
        WRITTEN,
        WRITTEN_BASE64
    }

    /** The content; may be opened more than once while the file is open. */
    Body content(FileChannel file) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                InputStream in = new FileSlice(file, stored).open();
                return kind == Kind.WRITTEN_BASE64 ? new Base64Stream(in) : in;
            }
        };
    }
}
