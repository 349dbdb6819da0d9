package dev.packhorse.front.replay;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.fs.FsException;
import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.EncryptedQuery;
import dev.packhorse.wire.replay.ReplayQuery;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The emulated device: from a request and what is exported now to an answer. The package says what it decides. */
public final class ReplayFront {

    /** Who sees everything (HTTPFS.txt, "Visible and Invisible exports"). */
    private static final String DEVICE_AGENT = "Replay-HTTPFS/1";

    private final byte[] description;
    private final InstantSource clock;
    private final LongAdder leftOut = new LongAdder();
    private final Reading reading = new Reading(leftOut);

    /**
     * A device.
     *
     * @param description what it says of itself
     * @param clock what encrypted queries must agree with, to within {@link EncryptedQuery#TOLERANCE}
     */
    public ReplayFront(DeviceDescription description, InstantSource clock) {
        this.description = description.xml();
        this.clock = clock;
    }

    /** How many entries have been left out of listings so far, because old clients could not take them. */
    public long leftOut() {
        return leftOut.sum();
    }

    /**
     * Answers one request. What a store or a client does wrong becomes a status.
     *
     * @param request its target may hold quotes and blanks, and need not begin with a slash
     * @param exports each name once, in the order in which they are listed
     */
    public ReplayAnswer handle(HttpRequest request, Collection<ReplayExport> exports) {
        String method = request.method();
        if (!method.equals("GET") && !method.equals("POST")) {
            return plain(501, "Not Implemented");
        }
        String target = request.target();
        int mark = target.indexOf('?');
        String path = withoutSlashes(mark < 0 ? target : target.substring(0, mark));
        if (path.equals(withoutSlashes(DeviceDescription.TARGET))) {
            return ReplayAnswer.plain(200, "text/xml", description);
        }
        Command command = Command.of(path);
        if (command == null) {
            return plain(404, "Not Found");
        }
        boolean seesAll = DEVICE_AGENT.equals(request.header("User-Agent"));
        Call call;
        try {
            call = opened(mark < 0 ? "" : target.substring(mark + 1), seesAll, exports);
        } catch (RefusedException e) {
            return ReplayAnswer.refused(e).to(command, null, null);
        }
        ReplayExport export = call.export(command.subject());
        return answer(command, call, request)
                .to(
                        command,
                        call.query().value(command.subject()),
                        export == null ? null : export.path().toString());
    }

    private ReplayAnswer answer(Command command, Call call, HttpRequest request) {
        try {
            return switch (command) {
                case CP -> Writing.copy(call);
                case CREATE -> Writing.create(call);
                case FSTAT -> Reading.status(call);
                case LS -> reading.list(call);
                case MKDIR -> Writing.makeDirectory(call);
                case MV -> Writing.move(call);
                case READFILE -> Reading.read(call);
                case RM -> Writing.remove(call);
                case VOLINFO -> Reading.volume(call);
                case WRITEFILE -> Writing.write(call, request);
            };
        } catch (RefusedException e) {
            return ReplayAnswer.refused(e);
        } catch (FsException e) {
            return ReplayAnswer.refused(RefusedException.of(e));
        }
    }

    private Call opened(String query, boolean seesAll, Collection<ReplayExport> exports) throws RefusedException {
        byte[] bytes = query.getBytes(StandardCharsets.ISO_8859_1);
        boolean encrypted = query.startsWith(EncryptedQuery.PREFIX);
        if (encrypted) {
            EncryptedQuery envelope = envelope(query.substring(EncryptedQuery.PREFIX.length()));
            if (envelope == null || !envelope.isFresh(clock.instant())) {
                throw RefusedException.notAllowed();
            }
            bytes = envelope.query();
        }
        try {
            return Call.of(ReplayQuery.parse(bytes), encrypted, seesAll, exports);
        } catch (IllegalArgumentException e) {
            throw RefusedException.badRequest();
        }
    }

    /** {@code null} for one that is damaged, or none. */
    private static @Nullable EncryptedQuery envelope(String hex) {
        try {
            return EncryptedQuery.open(hex);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String withoutSlashes(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return path.substring(start);
    }

    private static ReplayAnswer plain(int httpStatus, String line) {
        return ReplayAnswer.plain(httpStatus, "text/plain", (line + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
