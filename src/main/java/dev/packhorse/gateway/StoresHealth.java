package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.route.StoreRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the root of each store can be looked at. */
@Readiness
@ApplicationScoped
class StoresHealth implements HealthCheck {

    /** What asks for health does not wait much longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Gateway gateway;

    StoresHealth(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("stores").up();
        Map<StoreRegistry.Opened, FsException> failures = gateway.unreachable(PATIENCE);
        for (StoreRegistry.Opened opened : gateway.stores()) {
            FsException failure = failures.get(opened);
            if (failure == null) {
                response.withData(opened.location(), "reachable");
            } else {
                response.down().withData(opened.location(), failure.kind().toString());
            }
        }
        return response.build();
    }
}
