package dev.packhorse.gateway;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The gateway of a test's application, started by the first who asks. */
@ApplicationScoped
class StartedGateway {

    private final Gateway gateway;
    private final Path folder = Path.of(System.getProperty(GatewayProfile.FOLDER));

    StartedGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    @PostConstruct
    void start() {
        try {
            gateway.start();
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    String address() {
        return gateway.address();
    }

    /** Where the emulated ReplayTV is, once there is one. */
    String deviceAddress() {
        return String.valueOf(gateway.deviceAddress());
    }

    Path folder() {
        return folder;
    }

    List<String> accessLog() throws IOException {
        return Files.readAllLines(folder.resolve("access.log"));
    }

    /** Loads one more route file, as the start does. */
    void load(Path file) throws StartException {
        gateway.load(file.toString());
    }
}
