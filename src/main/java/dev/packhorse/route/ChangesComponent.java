package dev.packhorse.route;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** {@code changes:/path}: starts a route with each change of an export. */
public final class ChangesComponent extends DefaultComponent {

    private final RecordedExports exports;

    public ChangesComponent(RecordedExports exports) {
        this.exports = exports;
    }

    /** As with {@link StoreComponent}. */
    @Override
    public boolean useRawUri() {
        return true;
    }

    @Override
    protected Endpoint createEndpoint(String uri, @Nullable String remaining, Map<String, Object> parameters) {
        Options options = new Options(parameters);
        parameters.clear();
        ChangesEndpoint.Settings settings = new ChangesEndpoint.Settings(
                options.optional("subscriber"),
                options.size("in-flight", 2_000),
                options.duration("retry-pause", Duration.ofSeconds(1)),
                options.duration("retry-max-pause", Duration.ofMinutes(5)),
                options.duration("stop-timeout", Duration.ofSeconds(10)));
        options.end();
        return new ChangesEndpoint(uri, this, exports, ExportComponent.path(remaining), settings);
    }
}
