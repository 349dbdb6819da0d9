package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes on the wire, one exchange after the other, each over a connection of its own. */
class GoldenExchangesTest {

    private static final String RANDOM = "\\.replay-[0-9a-f]{10}\\.[0-9a-f]{8}\\.[0-9a-f]{8}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    /** One char is one byte. */
    private record Exchange(String title, String request, String answer) {}

    @Test
    void aDeviceIsAskedInTheWordsOfOldClients() throws Exception {
        List<String> heard = new ArrayList<>();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String host = "127.0.0.1:" + server.getLocalPort();
            List<Exchange> exchanges = exchanges("commands.http", host);
            Future<?> device = thread.submit(() -> {
                for (Exchange exchange : exchanges) {
                    try (Socket socket = server.accept()) {
                        heard.add(request(socket.getInputStream()));
                        socket.getOutputStream().write(exchange.answer().getBytes(ISO_8859_1));
                    }
                }
                goAway(server);
                return null;
            });
            ReplayOptions options = TestOptions.plain(temp, SoftwareVersion.parse("4.1"));
            try (ReplayStore store =
                    ReplayStore.open("127.0.0.1", server.getLocalPort(), FsPath.parse("/Photo"), options)) {
                FsPath file = FsPath.parse("/a b&c.jpg");
                assertThat(store.write(file, Body.of("hello".getBytes(UTF_8)), WriteOptions.DEFAULT)
                                .size())
                        .isEqualTo(5);
                try (Content content = store.read(file);
                        InputStream in = content.body().open()) {
                    assertThat(in.readAllBytes()).asString().isEqualTo("hello");
                }
                store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);
                // The script ends behind the cp: the device is gone.
                assertThatThrownBy(() -> store.copy(file, FsPath.parse("/d/b"), TransferOptions.OVERWRITE))
                        .isInstanceOf(FsException.class);
            }
            device.get();
            for (int i = 0; i < exchanges.size(); i++) {
                assertThat(heard.get(i))
                        .as(exchanges.get(i).title())
                        .isEqualTo(exchanges.get(i).request());
            }
            assertThat(heard).hasSameSizeAs(exchanges);
        } finally {
            thread.shutdownNow();
        }
    }

    private static void goAway(Closeable server) throws IOException {
        server.close();
    }

    private static String request(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            bytes.write(next);
            if (next == '\n' && bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        String head = bytes.toString(ISO_8859_1).replaceAll(RANDOM, ".replay-RANDOM");
        String length = head.startsWith("POST") ? head.replaceAll("(?s).*\r\nContent-Length: (\\d+).*", "$1") : "0";
        return head + new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1);
    }

    /** Lines end with CR LF on the wire; {@code \n} is a bare line feed; a request's body has no end of its own. */
    private static List<Exchange> exchanges(String name, String host) throws IOException {
        try (InputStream in = GoldenExchangesTest.class.getResourceAsStream("/replay/" + name)) {
            List<Exchange> exchanges = new ArrayList<>();
            String text = new String(in.readAllBytes(), UTF_8).replace("{host}", host);
            for (String block : text.split("(?m)^### ", -1)) {
                if (!block.isEmpty()) {
                    int title = block.indexOf('\n');
                    String[] sides = block.substring(title + 1).split("\n---\n", 2);
                    exchanges.add(new Exchange(
                            block.substring(0, title),
                            new String(request(sides[0]), ISO_8859_1),
                            new String(answer(sides[1]), ISO_8859_1)));
                }
            }
            return exchanges;
        }
    }

    private static byte[] request(String text) {
        int end = text.indexOf("\n\n");
        String head = end < 0 ? text + "\n" : text.substring(0, end + 2);
        String body = end < 0 ? "" : text.substring(end + 2);
        return (head.replace("\n", "\r\n") + body).getBytes(UTF_8);
    }

    /** The line end behind the last line is the file's own. */
    private static byte[] answer(String text) {
        return text.substring(0, text.length() - 1)
                .replace("\n", "\r\n")
                .replace("\\n", "\n")
                .getBytes(UTF_8);
    }
}
