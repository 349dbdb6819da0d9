package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.StoreRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the root of each store can be looked at. */
@Readiness
@ApplicationScoped
class StoresHealth implements HealthCheck {

    private final Gateway gateway;

    StoresHealth(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("stores").up();
        for (StoreRegistry.Opened opened : gateway.stores()) {
            try {
                opened.store().stat(FsPath.ROOT);
                response.withData(opened.location(), "reachable");
            } catch (FsException e) {
                response.down().withData(opened.location(), e.kind().toString());
            }
        }
        return response.build();
    }
}
