package dev.packhorse.policy.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.packhorse.fs.FsException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a line says. The package says what it looks like. */
sealed interface AuditLine {

    /** When nothing was read, written or listed. */
    long NONE = -1;

    /** What went well. */
    String OK = "ok";

    /** Milliseconds since the epoch, of the end of what the line is about. */
    long millis();

    /** Bytes of memory while it waits, roughly. */
    int weight();

    /** Writes the fields behind {@code time}. */
    void fields(JsonGenerator json) throws IOException;

    /**
     * An operation of a store.
     *
     * @param operation in its Java spelling
     * @param target of copy and move
     * @param bytes read, written or copied; {@link #NONE}
     * @param entries listed; {@link #NONE}
     * @param status {@link #OK} or a {@link #status}
     * @param nanos from its beginning to its end, with the reading of what it has opened
     */
    record Operation(
            long millis,
            Origin origin,
            String operation,
            String path,
            @Nullable String target,
            long bytes,
            long entries,
            String status,
            long nanos)
            implements AuditLine {

        @Override
        public int weight() {
            return 256 + 2 * (path.length() + (target == null ? 0 : target.length()));
        }

        @Override
        public void fields(JsonGenerator json) throws IOException {
            json.writeStringField("caller", origin.caller().label());
            json.writeStringField("address", origin.caller().address().getHostAddress());
            json.writeStringField("protocol", origin.protocol());
            json.writeStringField("export", origin.export());
            json.writeStringField("operation", operation);
            json.writeStringField("path", path);
            if (target != null) {
                json.writeStringField("target", target);
            }
            if (bytes != NONE) {
                json.writeNumberField("bytes", bytes);
            }
            if (entries != NONE) {
                json.writeNumberField("entries", entries);
            }
            json.writeStringField("status", status);
            json.writeNumberField("ms", BigDecimal.valueOf(nanos / 1000, 3));
            if (origin.request() != null) {
                json.writeNumberField("request", origin.request());
            }
        }
    }

    /**
     * Somebody who was not let in.
     *
     * @param name as who; {@code null} if the credential does not say it
     */
    record RefusedLogin(
            long millis,
            @Nullable String name,
            String address,
            String protocol,
            @Nullable Long request) implements AuditLine {

        @Override
        public int weight() {
            return 256 + (name == null ? 0 : 2 * name.length());
        }

        @Override
        public void fields(JsonGenerator json) throws IOException {
            json.writeStringField("caller", "anonymous");
            json.writeStringField("address", address);
            json.writeStringField("protocol", protocol);
            json.writeStringField("operation", "login");
            if (name != null) {
                json.writeStringField("name", name);
            }
            json.writeStringField("status", "refused");
            if (request != null) {
                json.writeNumberField("request", request);
            }
        }
    }

    /**
     * Lines that are not there, between the one before and this.
     *
     * @param dropped of what changed nothing, or of changes that go on without a log
     * @param refused of changes that were refused since the log could not be written
     */
    record Missing(long millis, long dropped, long refused) implements AuditLine {

        @Override
        public int weight() {
            return 0;
        }

        @Override
        public void fields(JsonGenerator json) throws IOException {
            json.writeStringField("operation", "missing");
            json.writeNumberField("dropped", dropped);
            json.writeNumberField("refused", refused);
        }
    }

    /** How a line names a failure: {@code not-found}. */
    static String status(FsException.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Writes lines as JSON. Used by one thread. */
    final class Writer {

        private static final JsonFactory JSON = new JsonFactoryBuilder()
                .rootValueSeparator((String) null)
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .build();

        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                        "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);

        private final OutputStream out;
        private final JsonGenerator json;

        Writer(OutputStream out) throws IOException {
            this.out = out;
            this.json = JSON.createGenerator(out);
        }

        void write(AuditLine line) throws IOException {
            json.writeStartObject();
            json.writeStringField("time", TIME.format(Instant.ofEpochMilli(line.millis())));
            line.fields(json);
            json.writeEndObject();
            json.flush();
            out.write('\n');
        }
    }
}
