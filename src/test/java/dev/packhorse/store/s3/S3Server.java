package dev.packhorse.store.s3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * S3Proxy, which checks signatures, as a child process on its own class path and a free port; everything in memory. What runs there
 * is {@code src/test/s3proxy}.
 */
public final class S3Server implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("port (\\d+)");
    private static final Path CLASS_PATH = Path.of("target/s3proxy/class-path");

    private final Process process;
    private final int port;
    private final S3Options.Credentials credentials;
    private final S3Client client;
    private int buckets;

    private S3Server(Process process, int port, S3Options.Credentials credentials) {
        this.process = process;
        this.port = port;
        this.credentials = credentials;
        this.client = Clients.of(options(), List.of());
    }

    /** Writes its configuration into a folder, and waits until it listens. */
    public static S3Server start(Path folder) throws IOException {
        S3Options.Credentials credentials = new S3Options.Credentials(random(), random(), null);
        Path logging = Files.writeString(folder.resolve("logback.xml"), """
                <configuration>
                  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%level %logger{0} %msg%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="out"/></root>
                </configuration>
                """);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dlogback.configurationFile=" + logging,
                        "-cp",
                        Files.readString(CLASS_PATH).trim(),
                        "S3Server",
                        credentials.accessKey(),
                        credentials.secretKey())
                .redirectErrorStream(true)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = STARTED.matcher(line);
            if (matcher.matches()) {
                Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "s3proxy-output");
                drain.setDaemon(true);
                drain.start();
                return new S3Server(process, Integer.parseInt(matcher.group(1)), credentials);
            }
            said.append(line).append('\n');
        }
        throw new IOException("S3Proxy does not start:\n" + said);
    }

    private static String random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    public int port() {
        return port;
    }

    public S3Options.Credentials credentials() {
        return credentials;
    }

    /** What opens it, with short timeouts. */
    S3Options options() {
        return through(port);
    }

    /** The same by way of another port. */
    S3Options through(int other) {
        return options(other, false, true);
    }

    /** With listings that ask for metadata, or without conditional writes. */
    S3Options options(boolean listMetadata, boolean conditionalWrites) {
        return options(port, listMetadata, conditionalWrites);
    }

    private S3Options options(int other, boolean listMetadata, boolean conditionalWrites) {
        S3Options usual = S3Options.DEFAULT;
        return new S3Options(
                URI.create("http://127.0.0.1:" + other),
                null,
                true,
                credentials,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                1,
                usual.connections(),
                listMetadata,
                conditionalWrites,
                false,
                usual.temp());
    }

    /** A new bucket. */
    public String bucket() {
        String name = "bucket-" + ++buckets;
        client.createBucket(request -> request.bucket(name));
        return name;
    }

    /** The SDK itself, for what others do to a bucket. */
    S3Client client() {
        return client;
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        client.close();
        kill();
    }
}
