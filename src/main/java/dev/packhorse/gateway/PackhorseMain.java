package dev.packhorse.gateway;

import dev.packhorse.fs.FsPath;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.util.List;
import org.apache.camel.CamelContext;

/** Starts the gateway and says, last, where it listens. */
@QuarkusMain
public final class PackhorseMain {

    private PackhorseMain() {}

    public static void main(String... args) {
        Quarkus.run(Application.class, (status, failure) -> {
            if (failure != null) {
                System.err.println("Packhorse cannot start: " + StartFailure.describe(failure));
            }
            System.exit(failure == null ? status : 1);
        }, args);
    }

    /** What runs between start and stop. */
    public static final class Application implements QuarkusApplication {

        @Inject
        Gateway gateway;

        @Inject
        PackhorseConfig config;

        @Inject
        CamelContext context;

        @Override
        public int run(String... args) {
            String address = gateway.address(config.http().host());
            List<FsPath> exports = gateway.exports();
            StringBuilder text = new StringBuilder("Packhorse is listening on ").append(address).append('\n');
            if (exports.isEmpty()) {
                text.append("No export: no route in ").append(config.routes()).append(" starts with export:\n");
            } else {
                text.append("Try: curl ").append(address).append("/fs").append(exports.get(0)).append("/\n");
            }
            System.out.print(text);
            System.out.flush();
            Quarkus.waitForExit();
            return 0;
        }
    }
}
