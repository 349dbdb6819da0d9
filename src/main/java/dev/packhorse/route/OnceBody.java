package dev.packhorse.route;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FileSlice;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A body that knows whether somebody has begun to read it: a second reader would find less of it, or nothing. */
final class OnceBody implements Body {

    private final Body body;
    private volatile boolean opened;

    OnceBody(Body body) {
        this.body = body;
    }

    boolean opened() {
        return opened;
    }

    @Override
    public long length() {
        return body.length();
    }

    @Override
    public InputStream open() throws IOException {
        begin();
        return body.open();
    }

    @Override
    public InputStream openUnpublished() throws IOException {
        begin();
        return body.openUnpublished();
    }

    private void begin() throws IOException {
        if (opened) {
            throw new IOException("the content has been read already");
        }
        opened = true;
    }

    @Override
    public void publishing() throws IOException {
        body.publishing();
    }

    @Override
    public @Nullable FileSlice slice() {
        return body.slice();
    }
}
