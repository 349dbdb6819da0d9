package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/** {@code export:/path}: serves a route as an export. */
public final class ExportComponent extends DefaultComponent {

    private final ExportListener listener;

    public ExportComponent(ExportListener listener) {
        this.listener = listener;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        Options options = new Options(parameters);
        List<String> protocols = Stream.of(options.text("protocols", "httpfs").split(",", -1))
                .map(String::trim)
                .toList();
        return new ExportEndpoint(uri, this, listener, path(remaining), protocols, options);
    }

    private static FsPath path(String remaining) {
        try {
            FsPath path = FsPath.parse("/" + remaining);
            if (path.isRoot()) {
                throw new IllegalArgumentException("an export needs a path: export:/name");
            }
            return path;
        } catch (FsException e) {
            throw new IllegalArgumentException("'" + remaining + "' is not a path for an export", e);
        }
    }
}
