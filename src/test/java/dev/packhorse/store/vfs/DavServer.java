package dev.packhorse.store.vfs;

import dev.packhorse.Canary;
import dev.packhorse.store.http.Percent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code rclone serve webdav} over a folder, as a child process on a free port. */
public final class DavServer implements AutoCloseable {

    static final String USER = "mule";
    static final String PASSWORD = Canary.secret("dav") + "/@:x";

    private static final Pattern LISTENS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final int port;

    private DavServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where rclone is, {@code null} if it is not installed. */
    public static @Nullable Path program() {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            Path program = Path.of(folder, "rclone");
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        return null;
    }

    public static DavServer start(Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                String.valueOf(program()),
                "serve",
                "webdav",
                "--addr",
                "127.0.0.1:0",
                "--user",
                USER,
                "--pass",
                PASSWORD,
                "--dir-cache-time",
                "0",
                "--config",
                "/dev/null",
                folder.toString());
        Process process = builder.redirectErrorStream(true).start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = LISTENS.matcher(line);
            if (matcher.find()) {
                Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "rclone-output");
                drain.setDaemon(true);
                drain.start();
                return new DavServer(process, Integer.parseInt(matcher.group(1)));
            }
        }
        throw new IOException("rclone does not serve");
    }

    /** With the credentials. */
    public String uri(String path) {
        return "webdav4://" + USER + ":" + Percent.encoded(PASSWORD) + "@127.0.0.1:" + port + path;
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
