package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** {@code export:/path}: serves a route as an export. */
public final class ExportComponent extends DefaultComponent {

    private final ExportListener listener;

    public ExportComponent(ExportListener listener) {
        this.listener = listener;
    }

    /** As with {@link StoreComponent}. */
    @Override
    public boolean useRawUri() {
        return true;
    }

    @Override
    protected Endpoint createEndpoint(String uri, @Nullable String remaining, Map<String, Object> parameters) {
        FsPath path = path(remaining);
        Map<String, Object> given = Map.copyOf(parameters);
        parameters.clear();
        List<String> protocols = Stream.of(
                        new Options(given).text("protocols", "httpfs").split(",", -1))
                .map(String::trim)
                .toList();
        return new ExportEndpoint(uri, this, listener, path, protocols, given);
    }

    /**
     * The path of an export, as it stands behind the colon.
     *
     * @throws IllegalArgumentException if it is none
     */
    static FsPath path(@Nullable String remaining) {
        String text = remaining == null ? "" : Location.decoded(remaining);
        FsPath path;
        try {
            path = FsPath.parse("/" + text);
        } catch (FsException e) {
            throw new IllegalArgumentException("'" + text + "' is no path for an export");
        }
        if (path.isRoot()) {
            throw new IllegalArgumentException("an export needs a path, export:/name for one");
        }
        return path;
    }
}
