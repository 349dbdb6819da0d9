package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A device that has nothing but a guide. */
final class FakeGuide implements PlainRequest {

    private static final Pattern SNAPSHOT =
            Pattern.compile("/http_replay_guide-get_snapshot\\?guide_file_name=(\\w+)&serial_no=(\\w+)");
    private static final Pattern SHOW = Pattern.compile(
            "/http_replay_guide-(is_show_in_use|delete_show)\\?channel_id=0x([0-9a-f]{8})&show_id=0x([0-9a-f]{8})&serial_no=(\\w+)");

    final SnapshotBuilder shows;
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile boolean inUse;
    volatile @Nullable IOException failure;
    volatile @Nullable IOException failureOfDelete;
    volatile @Nullable CountDownLatch held;
    /** How many snapshots after a deletion still have the show. */
    volatile int slow;

    private final AtomicInteger edition = new AtomicInteger(1000);
    private volatile long doomed = -1;
    private int left;

    FakeGuide(SnapshotBuilder shows) {
        this.shows = shows;
    }

    /** From now on there is another snapshot. */
    void changed() {
        edition.incrementAndGet();
    }

    long count(String command) {
        return asked.stream().filter(target -> target.contains(command)).count();
    }

    @Override
    public InputStream open(String target) throws IOException {
        asked.add(target);
        CountDownLatch latch = held;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException();
            }
        }
        IOException broken = failure;
        if (broken != null) {
            throw broken;
        }
        Matcher snapshot = SNAPSHOT.matcher(target);
        if (snapshot.matches()) {
            return new ByteArrayInputStream(snapshot(snapshot.group(1)));
        }
        Matcher show = SHOW.matcher(target);
        if (!show.matches()) {
            return text("94780004\n");
        }
        if (show.group(1).equals("is_show_in_use")) {
            return text("00000000\nshow_in_use=0x" + (inUse ? 1 : 0));
        }
        doomed = Long.parseLong(show.group(3), 16);
        left = slow;
        IOException lost = failureOfDelete;
        if (lost != null) {
            throw lost;
        }
        return text("");
    }

    /** Over a wire, for {@link TestDevice#intercept}. */
    boolean answer(TestDevice.Request request, Socket socket) throws IOException {
        String target = request.head().split(" ", 3)[1];
        if (!target.startsWith("/http_replay_guide-")) {
            return false;
        }
        try (InputStream body = open(target)) {
            byte[] bytes = body.readAllBytes();
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1));
            for (int at = 0; at < bytes.length; at += 500) {
                int length = Math.min(500, bytes.length - at);
                out.write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
                out.write(bytes, at, length);
                out.write("\r\n".getBytes(ISO_8859_1));
            }
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        return true;
    }

    private synchronized byte[] snapshot(String last) {
        if (doomed >= 0 && left-- <= 0) {
            shows.drop(doomed);
            doomed = -1;
            changed();
        }
        if (last.equals(edition.toString())) {
            return "00000000\nguide_file_name=upToDate\n".getBytes(ISO_8859_1);
        }
        return answer(edition.toString(), shows.bytes());
    }

    static byte[] answer(String name, byte[] file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("00000000\nguide_file_name=" + name + "\nRemoteFileName=" + name + "\nFileLength=" + file.length
                        + "\n#####ATTACHED_FILE_START#####")
                .getBytes(ISO_8859_1));
        out.writeBytes(file);
        out.writeBytes("#####ATTACHED_FILE_END#####".getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(ISO_8859_1));
    }
}
