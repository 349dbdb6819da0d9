package dev.packhorse.gateway;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.identity.Caller;
import dev.packhorse.policy.observe.AuditFile;
import dev.packhorse.policy.observe.AuditLog;
import dev.packhorse.policy.observe.AuditOutput;
import dev.packhorse.policy.observe.AuditStore;
import dev.packhorse.policy.observe.Origin;
import dev.packhorse.server.HttpExchange;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The audit log that the configuration wants, for those who serve: it may be none. */
final class AuditWiring implements Closeable {

    /** No log. */
    static final AuditWiring OFF = new AuditWiring(null, null);

    /** How long a change that has been made waits for its line to be handed over. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final @Nullable AuditLog log;
    private final @Nullable String mistake;

    private AuditWiring(@Nullable AuditLog log, @Nullable String mistake) {
        this.log = log;
        this.mistake = mistake;
    }

    /** Opens what the configuration names; what cannot be opened is said by {@link #check}. */
    static AuditWiring of(PackhorseConfig.Audit config, MeterRegistry registry) {
        String to = config.to();
        if (to.equals("off")) {
            return OFF;
        }
        try {
            AuditOutput output = to.equals("stdout")
                    ? AuditOutput.stdout(AccessLog.STDOUT)
                    : AuditFile.open(
                            Path.of(to),
                            new AuditFile.Options(config.maxSize().asLongValue(), config.keep(), config.durable()));
            AuditLog log = AuditLog.to(output, new AuditLog.Options(config.stat(), config.whenFull(), PATIENCE));
            register(log, registry);
            return of(log);
        } catch (IOException | IllegalArgumentException e) {
            return new AuditWiring(null, "packhorse.audit = '" + to + "' cannot be written: " + e);
        }
    }

    /** Hands out a log, and closes it. */
    static AuditWiring of(AuditLog log) {
        return new AuditWiring(log, null);
    }

    private static void register(AuditLog log, MeterRegistry registry) {
        FunctionCounter.builder("packhorse.audit.dropped", log, AuditLog::dropped)
                .description("Lines of the audit log that were given up because too many waited")
                .register(registry);
        FunctionCounter.builder("packhorse.audit.refused", log, AuditLog::refused)
                .description("Changes that were refused because the audit log could not be written")
                .register(registry);
        Gauge.builder("packhorse.audit.behind", log, each -> each.isBehind() ? 1 : 0)
                .description("Whether the audit log cannot be written, or not fast enough")
                .register(registry);
        Gauge.builder("packhorse.audit.waiting.bytes", log, AuditLog::waitingBytes)
                .description("Lines of the audit log that wait, in bytes, estimated")
                .register(registry);
    }

    /**
     * Refuses a configuration that makes no sense.
     *
     * @throws StartException if the log cannot be written
     */
    void check() throws StartException {
        if (mistake != null) {
            throw new StartException(mistake);
        }
    }

    /**
     * An export as a caller has it, with a line for each operation.
     *
     * @param view outermost of the policies
     * @param request its number in the access log; {@code null} if it has none
     */
    Store around(Store view, Caller caller, String protocol, FsPath export, @Nullable Long request) {
        return log == null ? view : new AuditStore(view, log, new Origin(caller, protocol, export.toString(), request));
    }

    /** Somebody has shown a credential that is wrong, or was not looked at. */
    void refusedLogin(HttpExchange exchange) {
        if (log != null) {
            String protocol = exchange.protocol();
            log.refusedLogin(null, exchange.address(), protocol == null ? "http" : protocol, exchange.number());
        }
    }

    /** For health: {@code off}, {@code written}, or {@code behind} while it cannot be written. */
    String state() {
        return log == null ? "off" : log.isBehind() ? "behind" : "written";
    }

    /** Writes what waits. */
    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
    }
}
