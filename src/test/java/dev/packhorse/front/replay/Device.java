package dev.packhorse.front.replay;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.EncryptedQuery;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A device as they came from the factory, with a clock that stands still, driven as the listener would. */
public final class Device {

    public static final Instant NOW = Instant.parse("2002-03-09T12:00:00Z");

    public static final DeviceDescription DESCRIPTION = new DeviceDescription(
            DeviceDescription.TYPE,
            "Packhorse",
            "ReplayTV Digital Video Recorder",
            "ReplayTV",
            "4080",
            "RTV4080K0000000001",
            "uuid:6f4c3c52-4c58-4d56-9d5a-0000000004080",
            null);

    /** Visible, plaintext is well, writable. */
    public final RecordingStore photo;

    /** What {@link #photo} is, with faults to order. */
    public final FaultyStore faulty = new FaultyStore(new MemoryStore(64L << 20));

    /** Invisible, encrypted, read-only. */
    public final RecordingStore video = new RecordingStore(new MemoryStore(64L << 20));

    /** Invisible, writable. */
    public final RecordingStore snapshots = new RecordingStore(new MemoryStore(64L << 20));

    public final ReplayFront front = new ReplayFront(DESCRIPTION, () -> NOW);
    public final List<ReplayExport> exports = new ArrayList<>();

    public Device() {
        photo = new RecordingStore(faulty);
        exports.add(export("Photo", photo, true, false, true));
        exports.add(export("Video", video, false, true, false));
        exports.add(export("SnapshotDir", snapshots, false, false, true));
    }

    public static ReplayExport export(String name, Store store, boolean visible, boolean encrypted, boolean writable) {
        return new ReplayExport(name, path("/devices/" + name), store, visible, encrypted, writable, Long.MAX_VALUE);
    }

    public static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a file where it is, without the device. */
    public static void put(Store store, String path, byte[] bytes) {
        try {
            store.write(path(path), Body.of(bytes), WriteOptions.DEFAULT);
        } catch (FsException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void put(Store store, String path, String text) {
        put(store, path, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void makeDirectory(Store store, String path) {
        try {
            store.makeDirectory(path(path), WriteOptions.DEFAULT);
        } catch (FsException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file holds, without the device. */
    public static String text(Store store, String path) {
        try (var content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A query sealed at a time. */
    public static String sealed(String query, Instant time) {
        return EncryptedQuery.seal(query.getBytes(StandardCharsets.UTF_8), time, 0x12345678, 0x9abcdef0);
    }

    /** A GET as old clients send it, with their name. */
    String get(String target) {
        return send(request("GET", target).with("User-Agent", "Replay-HTTPFS/1"));
    }

    /** A command and its arguments. */
    String call(String command, String query) {
        return get("/httpfs-" + command + "?" + query);
    }

    /** A command with an encrypted query. */
    String callSealed(String command, String query) {
        return call(command, sealed(query, NOW));
    }

    String post(String query, String body) {
        return send(request("POST", "/httpfs-writefile?" + query)
                .with("User-Agent", "Replay-HTTPFS/1")
                .body(Body.of(body.getBytes(StandardCharsets.UTF_8))));
    }

    /** Texts are sent as UTF-8. */
    static FakeRequest request(String method, String target) {
        return new FakeRequest(
                method, new String(target.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** What the body of the answer says, with the HTTP status before it if that is not 200. */
    String send(FakeRequest request) {
        try (ReplayAnswer answer = front.handle(request, exports)) {
            String text = answer.statusLine() + new String(Answer.drain(answer.data()), StandardCharsets.UTF_8);
            return answer.httpStatus() == 200 ? text : answer.httpStatus() + " " + text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
