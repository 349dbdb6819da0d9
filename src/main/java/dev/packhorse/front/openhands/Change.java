package dev.packhorse.front.openhands;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * One change that a webhook told of.
 *
 * @param kind what happened
 * @param path to what
 * @param stored where in the spooled file its content is, encoded as it came
 * @param length bytes of the content, decoded
 */
record Change(Kind kind, FsPath path, ByteRange stored, long length) {

    /** What happened, and how the content is encoded. */
    enum Kind {
        REMOVED(0),
        WRITTEN(1),
        WRITTEN_BASE64(2);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        /** What stands for it in a spooled file. */
        byte code() {
            return code;
        }

        /** The kind with such a code, {@code null} if there is none. */
        static @Nullable Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }

        /** Whether so many bytes as stored can have so many when they are decoded. */
        boolean fits(long stored, long length) {
            return switch (this) {
                case REMOVED -> length == 0;
                case WRITTEN -> length == stored;
                case WRITTEN_BASE64 -> length >= 0 && length <= stored;
            };
        }
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
