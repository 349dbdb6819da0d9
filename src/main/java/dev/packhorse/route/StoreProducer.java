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
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Runs what arrives: an {@link FsCall} from an export, or in any other route the operation that the parameter
 * {@code operation} or the header {@code PackhorseOperation} names.
 *
 * <p>There the body of the result is: for {@code read} a stream, for {@code list} and {@code walk} a {@code List} of nodes
 * (at most {@value #MAX_LISTED}), for {@code stat}, {@code write}, {@code makeDirectory}, {@code copy} and {@code move} the
 * node, for {@code remove} nothing. Every failure is an exception.
 */
final class StoreProducer extends DefaultProducer {

    /** A message is no stream of nodes: more are refused, since they would fill the memory. */
    private static final int MAX_LISTED = 100_000;

    private final Store store;
    private final @Nullable String operation;
    private final @Nullable String path;

    StoreProducer(StoreEndpoint endpoint, @Nullable String operation, @Nullable String path) {
        super(endpoint);
        this.store = endpoint.store();
        this.operation = operation;
        this.path = path;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof FsCall<?> call) {
            if (exchange.getPattern() != ExchangePattern.InOut) {
                throw new IllegalStateException("a tapped call cannot be run again, its body belongs to the original");
            }
            message.setBody(call.run(store));
        } else {
            message.setBody(run(message));
        }
    }

    private @Nullable Object run(Message message) throws IOException {
        FsPath at = path(message, PackhorseHeaders.PATH, path);
        String what = named(message, PackhorseHeaders.OPERATION, operation);
        return switch (what) {
            case "stat" -> store.stat(at);
            case "list" -> all(store.list(at));
            case "walk" -> all(store.walk(at));
            case "read" -> read(at);
            case "write" -> store.write(at, body(message), WriteOptions.DEFAULT);
            case "makeDirectory" -> store.makeDirectory(at, WriteOptions.DEFAULT);
            case "copy" -> store.copy(at, path(message, PackhorseHeaders.TARGET, null), TransferOptions.OVERWRITE);
            case "move" -> store.move(at, path(message, PackhorseHeaders.TARGET, null), TransferOptions.OVERWRITE);
            case "remove" -> {
                store.remove(at, Preconditions.NONE);
                yield null;
            }
            default ->
                throw new IllegalArgumentException("unknown operation '" + what
                        + "', operations are copy, list, makeDirectory, move, read, remove, stat, walk, write");
        };
    }

    private static FsPath path(Message message, String header, @Nullable String otherwise) throws FsException {
        String text = named(message, header, otherwise);
        return FsPath.parse(text.startsWith("/") ? text : "/" + text);
    }

    private static String named(Message message, String header, @Nullable String otherwise) {
        String value = message.getHeader(header, String.class);
        if (value == null) {
            value = otherwise;
        }
        if (value == null) {
            throw new IllegalArgumentException(
                    "a store: outside an export needs the header " + header + " or the parameter of that name");
        }
        return value;
    }

    private static Body body(Message message) {
        Object body = message.getBody();
        if (body instanceof Body ready) {
            return ready;
        }
        if (body == null) {
            return Body.of(new byte[0]);
        }
        if (body instanceof InputStream stream) {
            return new Body() {
                @Override
                public long length() {
                    return UNKNOWN;
                }

                @Override
                public InputStream open() {
                    return stream;
                }
            };
        }
        byte[] bytes = message.getBody(byte[].class);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "cannot write a body of " + body.getClass().getName());
        }
        return Body.of(bytes);
    }

    private InputStream read(FsPath at) throws IOException {
        Content content = store.read(at);
        try {
            return new FilterInputStream(content.body().open()) {
                @Override
                public void close() throws IOException {
                    try (content) {
                        super.close();
                    }
                }
            };
        } catch (IOException e) {
            content.close();
            throw e;
        }
    }

    private static List<Node> all(Listing listing) throws FsException {
        try (listing) {
            List<Node> nodes = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                if (nodes.size() == MAX_LISTED) {
                    throw new FsException(FsException.Kind.TOO_LARGE, "list", node.path());
                }
                nodes.add(node);
            }
            return nodes;
        }
    }
}
