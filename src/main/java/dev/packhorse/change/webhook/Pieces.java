package dev.packhorse.change.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;

/** Payloads one behind the other; each is opened when the one before has ended. */
record Pieces(List<Payload> pieces) implements Payload {

    @Override
    public long length() throws IOException {
        long length = 0;
        for (Payload each : pieces) {
            length += each.length();
        }
        return length;
    }

    @Override
    public InputStream open() {
        return new SequenceInputStream(Collections.enumeration(pieces.stream()
                .map(each -> (InputStream) new LazyStream(each::open))
                .toList()));
    }
}
