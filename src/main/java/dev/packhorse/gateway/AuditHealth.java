package dev.packhorse.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Says whether the audit log is behind. The gateway stays ready: what reads goes on, and who else should serve it. */
@Readiness
@ApplicationScoped
class AuditHealth implements HealthCheck {

    private final Gateway gateway;

    AuditHealth(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("audit")
                .up()
                .withData("log", gateway.auditState())
                .build();
    }
}
