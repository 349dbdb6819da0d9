package dev.packhorse.change.webhook;

import java.io.IOException;
import java.io.InputStream;

/** The body of a request; may be opened more than once, and is the same each time. */
interface Payload {

    /** Nothing at all. */
    Payload NONE = new Payload() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public InputStream open() {
            return InputStream.nullInputStream();
        }
    };

    /** Number of bytes. */
    long length() throws IOException;

    InputStream open() throws IOException;
}
