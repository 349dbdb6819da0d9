package dev.packhorse.route;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.SynchronizationAdapter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs what arrives: an {@link FsCall} from an export, or in any other route the operation that the parameter
 * {@code operation}, or without it the header {@code PackhorseOperation}, names. A parameter beats a header: what a message
 * brings along, a tapped call for one, does not change what the operator has written.
 *
 * <p>There the body of the result is: for {@code read} a stream, for {@code list} and {@code walk} a {@code List} of nodes
 * (at most {@value #MAX_LISTED}), for {@code stat}, {@code write}, {@code link}, {@code makeDirectory}, {@code copy} and {@code move} the
 * node, for {@code remove} nothing. The stream ends with the exchange. Content to write is the body: text as UTF-8, bytes, or
 * what Camel makes a stream of; so is the target of a link. Every failure is an exception.
 */
final class StoreProducer extends DefaultProducer {

    /** A message is no stream of nodes: more are refused, since they would fill the memory. */
    private static final int MAX_LISTED = 100_000;

    /** Bytes of the target of a symlink; see {@link Store#link}. */
    private static final int MAX_LINK = 4_095;

    /** What other routes may ask for. */
    static final List<String> OPERATIONS =
            List.of("copy", "link", "list", "makeDirectory", "move", "read", "remove", "stat", "walk", "write");

    private static final Logger LOG = Logger.getLogger(StoreProducer.class);

    private final Store store;
    private final String location;
    private final @Nullable String operation;
    private final @Nullable String path;

    StoreProducer(StoreEndpoint endpoint, @Nullable String operation, @Nullable String path) {
        super(endpoint);
        this.store = endpoint.store();
        this.location = endpoint.location();
        this.operation = operation;
        this.path = path;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof FsCall<?> call) {
            if (exchange.getPattern() != ExchangePattern.InOut) {
                throw new IllegalStateException(
                        "a call that nobody waits for (wireTap, InOnly) cannot go to a store: its"
                                + " answer and its content belong to the original; set another body, operation and path first");
            }
            try {
                call.run(store);
            } catch (FsException e) {
                if (FsCall.isFailure(e.kind())) {
                    tell(call, message, e);
                }
                throw e;
            }
        } else {
            message.setBody(run(exchange, message));
        }
    }

    /** The one line that an operator reads about it; a back end that is away is no reason for a trace each time. */
    private void tell(FsCall<?> call, Message message, FsException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = cause == failure ? "" : " cause=" + cause;
        LOG.warnf(
                failure.kind() == FsException.Kind.IO ? failure : null,
                "a store failed store=%s export=%s operation=%s path=%s kind=%s%s",
                location,
                message.getHeader(PackhorseHeaders.EXPORT, String.class),
                call.operation().word(),
                call.path(),
                failure.kind(),
                reason);
    }

    private @Nullable Object run(Exchange exchange, Message message) throws IOException {
        String what = required(message, operation, "operation", PackhorseHeaders.OPERATION);
        FsPath at = path(required(message, path, "path", PackhorseHeaders.PATH));
        return switch (what) {
            case "stat" -> store.stat(at);
            case "list" -> all(store.list(at), what, at);
            case "walk" -> all(store.walk(at), what, at);
            case "read" -> read(exchange, at);
            case "write" -> store.write(at, body(message), WriteOptions.DEFAULT);
            case "link" -> store.link(at, linkTarget(message, at), WriteOptions.DEFAULT);
            case "makeDirectory" -> store.makeDirectory(at, WriteOptions.DEFAULT);
            case "copy" -> store.copy(at, target(message), TransferOptions.OVERWRITE);
            case "move" -> store.move(at, target(message), TransferOptions.OVERWRITE);
            case "remove" -> {
                store.remove(at, Preconditions.NONE);
                yield null;
            }
            default -> throw unknown(what);
        };
    }

    static IllegalArgumentException unknown(String operation) {
        return new IllegalArgumentException(
                "unknown operation '" + operation + "', operations are " + String.join(", ", OPERATIONS));
    }

    private static FsPath target(Message message) throws FsException {
        return path(required(message, null, "", PackhorseHeaders.TARGET));
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text.startsWith("/") ? text : "/" + text);
    }

    private static String required(Message message, @Nullable String parameter, String name, String header) {
        String value = parameter != null ? parameter : message.getHeader(header, String.class);
        if (value == null) {
            throw new IllegalArgumentException("store: needs "
                    + (name.isEmpty() ? "" : "the parameter " + name + " or ") + "the header " + header);
        }
        return value;
    }

    private static String linkTarget(Message message, FsPath at) throws IOException {
        try (InputStream in = body(message).open()) {
            byte[] target = in.readNBytes(MAX_LINK + 1);
            if (target.length == 0 || target.length > MAX_LINK) {
                throw new FsException(FsException.Kind.INVALID_NAME, "link", at);
            }
            return new String(target, StandardCharsets.UTF_8);
        }
    }

    private static Body body(Message message) {
        Object body = message.getBody();
        if (body == null) {
            return Body.of(new byte[0]);
        }
        if (body instanceof byte[] bytes) {
            return Body.of(bytes);
        }
        if (body instanceof String text) {
            // What Camel converts depends on the platform's charset.
            return Body.of(text.getBytes(StandardCharsets.UTF_8));
        }
        InputStream stream = message.getBody(InputStream.class);
        if (stream == null) {
            throw new IllegalArgumentException(
                    "cannot write a body of " + body.getClass().getName());
        }
        return new StreamBody(stream);
    }

    /** The content, which ends with the exchange at the latest: nobody has to read it. */
    private InputStream read(Exchange exchange, FsPath at) throws IOException {
        Content content = store.read(at);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                try {
                    content.close();
                } catch (FsException e) {
                    RouteStore.LOG.debug("content cannot be closed", e);
                }
            }
        });
        return content.body().open();
    }

    private static List<Node> all(Listing listing, String operation, FsPath at) throws FsException {
        try (listing) {
            List<Node> nodes = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                if (nodes.size() == MAX_LISTED) {
                    throw new FsException(FsException.Kind.TOO_LARGE, operation, at);
                }
                nodes.add(node);
            }
            return nodes;
        }
    }
}
