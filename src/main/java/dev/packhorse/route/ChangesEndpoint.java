package dev.packhorse.route;

import dev.packhorse.fs.FsPath;
import java.time.Duration;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** The changes of one export: only a consumer, which is a subscriber of its own. */
final class ChangesEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

    /**
     * How changes are delivered.
     *
     * @param subscriber what the subscriber is called; {@code null} for the id of the route
     * @param inFlight how many changes may be on their way where a step of the route keeps them and their order
     * @param pause how long a change waits after its first and second failure
     * @param maxPause and how long at most after further ones, each wait being twice as long as the one before
     * @param stopTimeout how long changes on their way may take when the route stops
     */
    record Settings(
            @Nullable String subscriber, long inFlight, Duration pause, Duration maxPause, Duration stopTimeout) {

        Settings {
            if (inFlight < 1 || inFlight > 100_000) {
                throw new IllegalArgumentException("option in-flight must be 1 to 100000");
            }
            if (pause.isZero() || maxPause.compareTo(pause) < 0) {
                throw new IllegalArgumentException(
                        "option retry-pause must be positive, and retry-max-pause not less than it");
            }
        }

        /** How long a change waits that has failed so many times. */
        Duration pause(int failures) {
            int doublings = Math.min(Math.max(0, failures - 2), 30);
            Duration longer = pause.multipliedBy(1L << doublings);
            return longer.compareTo(maxPause) > 0 ? maxPause : longer;
        }
    }

    private final RecordedExports exports;
    private final FsPath export;
    private final Settings settings;

    ChangesEndpoint(String uri, Component component, RecordedExports exports, FsPath export, Settings settings) {
        super(uri, component);
        this.exports = exports;
        this.export = export;
        this.settings = settings;
    }

    FsPath export() {
        return export;
    }

    /** As with {@link StoreEndpoint}. */
    @Override
    public boolean isSingleton() {
        return false;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    /** Each route is a subscriber. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        throw new IllegalArgumentException("changes: starts a route, a step cannot send to it");
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        return new ChangesConsumer(this, processor, exports, settings);
    }
}
