package dev.packhorse.change.webhook;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The server that gets the changes. Only 2xx is a success: what a redirect wants is not done, since a redirected POST becomes a
 * GET that would seem to have worked.
 */
final class Receiver implements Closeable {

    /** {@link EventId}. */
    static final String EVENT_ID = "X-Packhorse-Event-Id";

    /** When the change was made, the last one of a batch; ISO 8601. */
    static final String TIMESTAMP = "X-Packhorse-Timestamp";

    /**
     * {@code sha256=} and the hexadecimal HMAC-SHA256 of method, request target, timestamp and event id, each ended by a line
     * feed, and the body.
     */
    static final String SIGNATURE = "X-Packhorse-Signature";

    /** What is sent. */
    record Message(String method, URI to, String eventId, Instant time, String mediaType, Payload payload) {}

    /** The receiver will not have this request; it may well take others. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private final WebhookOptions options;
    private final HttpClient client;
    private final CountDownLatch closed = new CountDownLatch(1);

    Receiver(WebhookOptions options) {
        this.options = options;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.timeouts().connect())
                .build();
    }

    /** Where a path is, by the original's way or with one slash. */
    URI at(FsPath path) {
        String base = options.url().toString();
        String encoded = encoded(path.toString().substring(1));
        return switch (options.joining()) {
            case BARE -> URI.create(base + encoded);
            case SLASH -> URI.create(base.replaceFirst("/+$", "") + "/" + encoded);
        };
    }

    URI base() {
        return options.url();
    }

    /** Everything but the unreserved characters of RFC 3986, 2.3, and slashes. */
    private static String encoded(String path) {
        StringBuilder encoded = new StringBuilder(path.length() + 16);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "/_.-~".indexOf(c) >= 0;
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /**
     * Sends a message as often as is allowed, until it is taken.
     *
     * @throws FsException if what is to be sent cannot be read
     * @throws RefusedException if the receiver will not have it
     * @throws IOException why the last try failed; it names no secret
     */
    void send(Message message) throws IOException {
        for (int left = options.tries(); ; left--) {
            try {
                sendOnce(message);
                return;
            } catch (IOException e) {
                if (left == 1 || awaitClosed()) {
                    throw e;
                }
            }
        }
    }

    private boolean awaitClosed() throws IOException {
        try {
            return closed.await(options.timeouts().betweenTries().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void sendOnce(Message message) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(message.to()).timeout(options.timeouts().request());
        options.headers().forEach(request::setHeader);
        request.setHeader(EVENT_ID, message.eventId())
                .setHeader(TIMESTAMP, message.time().toString());
        if (!message.mediaType().isEmpty()) {
            request.setHeader("Content-Type", message.mediaType());
        }
        String secret = options.secret();
        if (secret != null) {
            request.setHeader(SIGNATURE, signature(message, secret));
        }
        boolean bodiless = message.method().equals("DELETE");
        AtomicReference<@Nullable IOException> unreadable = new AtomicReference<>();
        request.method(
                message.method(), bodiless ? BodyPublishers.noBody() : publisher(message.payload(), unreadable::set));
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request.build(), BodyHandlers.discarding());
        try {
            // The timeout of the request ends with the head of its answer; this one covers the rest.
            int status = answer.get(options.timeouts().request().toNanos(), TimeUnit.NANOSECONDS)
                    .statusCode();
            if (status / 100 != 2) {
                String reason = "the receiver answers " + status;
                throw isAboutTheRequest(status) ? new RefusedException(reason) : new IOException(reason);
            }
        } catch (ExecutionException e) {
            IOException unread = unreadable.get();
            if (unread != null) {
                throw unread instanceof FsException known
                        ? known
                        : new FsException(FsException.Kind.IO, "read", FsPath.ROOT, unread);
            }
            throw new IOException("the receiver cannot be reached", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the receiver does not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }

    /** RFC 9110, 15.5, without what says that it is about the time, or RFC 6585, 4. */
    private static boolean isAboutTheRequest(int status) {
        return status / 100 == 4 && status != 408 && status != 429;
    }

    private static BodyPublisher publisher(Payload payload, Consumer<IOException> unreadable) throws IOException {
        long length = payload.length();
        if (length == 0) {
            return BodyPublishers.ofByteArray(new byte[0]);
        }
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> new LazyStream(payload::open, unreadable)), length);
    }

    private static String signature(Message message, String secret) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String head = message.method() + "\n" + message.to().getRawPath() + "\n" + message.time() + "\n"
                    + message.eventId() + "\n";
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            try (InputStream in = message.payload().open()) {
                byte[] buffer = new byte[16 * 1024];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    mac.update(buffer, 0, read);
                }
            }
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Lets nobody wait for a further try. */
    @Override
    public void close() {
        closed.countDown();
    }
}
