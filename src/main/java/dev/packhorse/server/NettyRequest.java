package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.fs.Body;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decoded head with its body still coming. Header fields are looked for one by one: a front asks for a dozen names that are
 * mostly absent, and among the few fields of a request a comparison of lengths is faster than Netty's hash of a name.
 */
final class NettyRequest implements HttpRequest {

    private final String method;
    private final String target;
    private final String[] names;
    private final String[] values;
    private final boolean hasBody;
    private final Body body;

    NettyRequest(io.netty.handler.codec.http.HttpRequest head, boolean hasBody, Body body) {
        this.method = head.method().name();
        this.target = head.uri();
        this.hasBody = hasBody;
        this.body = body;
        int count = head.headers().size();
        names = new String[count];
        values = new String[count];
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = head.headers().iteratorCharSequence();
        for (int i = 0; i < count; i++) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            names[i] = field.getKey().toString();
            values[i] = field.getValue().toString();
        }
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public @Nullable String header(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return values[i];
            }
        }
        return null;
    }

    @Override
    public List<String> headers(String name) {
        List<String> found = List.of();
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                if (found.isEmpty()) {
                    found = new ArrayList<>();
                }
                found.add(values[i]);
            }
        }
        return found;
    }

    @Override
    public boolean hasBody() {
        return hasBody;
    }

    @Override
    public Body body() {
        return body;
    }
}
