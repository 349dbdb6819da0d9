package dev.packhorse.route;

import dev.packhorse.fs.FsPath;
import java.util.List;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One export: only a consumer, one in each context. */
final class ExportEndpoint extends DefaultEndpoint {

    private final ExportListener listener;
    private final FsPath path;
    private final List<String> protocols;
    private final Options options;

    ExportEndpoint(
            String uri,
            Component component,
            ExportListener listener,
            FsPath path,
            List<String> protocols,
            Options options) {
        super(uri, component);
        this.listener = listener;
        this.path = path;
        this.protocols = protocols;
        this.options = options;
    }

    FsPath path() {
        return path;
    }

    List<String> protocols() {
        return protocols;
    }

    Options options() {
        return options;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("export: starts a route, it cannot be sent to");
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        return new ExportConsumer(this, processor, listener);
    }
}
