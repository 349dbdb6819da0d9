package dev.packhorse.front.http;

import dev.packhorse.fs.Body;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request made by a test. */
public final class FakeRequest implements HttpRequest {

    private final String method;
    private final String target;
    private final List<String> fields = new ArrayList<>();
    private @Nullable Body body;

    public FakeRequest(String method, String target) {
        this.method = method;
        this.target = target;
    }

    public FakeRequest with(String name, String value) {
        fields.add(name);
        fields.add(value);
        return this;
    }

    public FakeRequest body(Body value) {
        body = value;
        return this;
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
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public List<String> headers(String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                values.add(fields.get(i + 1));
            }
        }
        return values;
    }

    @Override
    public boolean hasBody() {
        return body != null;
    }

    @Override
    public Body body() {
        return body == null ? Body.of(new byte[0]) : body;
    }
}
