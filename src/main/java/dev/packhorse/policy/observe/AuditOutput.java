package dev.packhorse.policy.observe;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Where audit lines go. Used by one thread. */
public interface AuditOutput extends Closeable {

    /**
     * Hands over lines, all of them.
     *
     * @param lines whole lines, each with its newline; or, after a failure, the same buffer from where that came to
     * @throws IOException if they cannot all be handed over. The position of the buffer says how far it came, and the rest may be
     *     tried again
     */
    void write(ByteBuffer lines) throws IOException;

    /** For people: the file, or {@code stdout}. */
    @Override
    String toString();

    /**
     * The standard output of the process.
     *
     * @param turn what others who write there hold meanwhile, so that lines do not mix
     */
    static AuditOutput stdout(Object turn) {
        @SuppressWarnings("resource") // belongs to the process
        FileChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();
        return new AuditOutput() {
            @Override
            public void write(ByteBuffer lines) throws IOException {
                synchronized (turn) {
                    while (lines.hasRemaining()) {
                        channel.write(lines);
                    }
                }
            }

            @Override
            public void close() {
                // Others still write there.
            }

            @Override
            public String toString() {
                return "stdout";
            }
        };
    }
}
