package dev.packhorse.front.http;

import dev.packhorse.fs.Body;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as a front sees it: the head is there, the body has not been read.
 *
 * <p>Texts hold one {@code char} from 0 to 255 for each byte on the wire; {@link WireText} decodes them.
 */
public interface HttpRequest {

    /** The method, in its case. */
    String method();

    /** The request target as it came, query included. */
    String target();

    /** The first value of a header, {@code null} if it was not sent. Names are case-insensitive. */
    @Nullable
    String header(String name);

    /** All values of a header in order, one for each field line. */
    List<String> headers(String name);

    /** Whether a body was declared, by {@code Content-Length} or {@code Transfer-Encoding: chunked}. */
    boolean hasBody();

    /**
     * The body; empty if none was declared. Opening it lets a waiting client send ({@code 100 Continue}). A body that ends
     * early, stalls or breaks the framing makes the stream throw.
     */
    Body body();
}
