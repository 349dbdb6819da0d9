package dev.packhorse.route;

import dev.packhorse.fs.FsPath;
import java.util.List;
import java.util.Map;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One export: only a consumer, one in each context. */
final class ExportEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

    private final ExportListener listener;
    private final FsPath path;
    private final List<String> protocols;
    private final Map<String, Object> parameters;

    ExportEndpoint(
            String uri,
            Component component,
            ExportListener listener,
            FsPath path,
            List<String> protocols,
            Map<String, Object> parameters) {
        super(uri, component);
        this.listener = listener;
        this.path = path;
        this.protocols = protocols;
        this.parameters = parameters;
    }

    FsPath path() {
        return path;
    }

    List<String> protocols() {
        return protocols;
    }

    /** What the route says, to be taken anew at each start. */
    Options options() {
        Options options = new Options(parameters);
        options.optional("protocols");
        return options;
    }

    /** As with {@link StoreEndpoint}. */
    @Override
    public boolean isSingleton() {
        return false;
    }

    /** Asked for at the start, to be refused then. */
    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    /** The listener refuses it, and knows who else is there. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        throw new IllegalArgumentException("export: starts a route, a step cannot send to it");
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        return new ExportConsumer(this, processor, listener);
    }
}
