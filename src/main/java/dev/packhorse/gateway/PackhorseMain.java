package dev.packhorse.gateway;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.packhorse.identity.command.AccountCommands;
import dev.packhorse.identity.command.Terminal;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Starts the gateway and says, last, where it listens; or, where there are arguments, runs the command that they name instead. */
@QuarkusMain
public final class PackhorseMain implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger(PackhorseMain.class);

    private final Gateway gateway;
    private final PackhorseConfig config;

    @Inject
    PackhorseMain(Gateway gateway, PackhorseConfig config) {
        this.gateway = gateway;
        this.config = config;
    }

    public static void main(String... args) {
        if (args.length > 0) {
            System.exit(AccountCommands.run(
                    args, CommandConfiguration.ofProcess(), Terminal.ofProcess(), InstantSource.system()));
        }
        java.util.logging.Logger quarkus = java.util.logging.Logger.getLogger(Quarkus.class.getName());
        quarkus.setFilter(each -> !ConfigKeys.explain(each.getThrown(), System.err));
        Quarkus.run(PackhorseMain.class, args);
    }

    @Override
    public int run(String... args) {
        try {
            ConfigKeys.check(ConfigProvider.getConfig());
            gateway.start();
        } catch (StartException e) {
            System.err.println("Packhorse cannot start: " + e.getMessage());
            return 1;
        }
        announce(System.out);
        giveMemoryBackWhenIdle();
        Quarkus.waitForExit();
        return 0;
    }

    /** Says where the gateway listens, and a command that works. */
    void announce(PrintStream out) {
        String address = gateway.address();
        List<String> examples = gateway.examples();
        out.println("Packhorse is listening on " + address);
        String device = gateway.deviceAddress();
        if (device != null) {
            out.println("It is a ReplayTV on " + device);
        }
        out.println(
                examples.isEmpty()
                        ? "There is no export: no route of " + config.routes() + " starts with export:"
                        : "Try: curl " + address + encoded(examples.get(0)));
    }

    private static String encoded(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Lets G1 collect after ten idle seconds and return the heap it does not need, of which the start alone has touched most. The
     * option of the VM can be set while it runs, so that nobody has to know it.
     */
    private static void giveMemoryBackWhenIdle() {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (vm != null) {
            try {
                vm.setVMOption("G1PeriodicGCInterval", "10000");
            } catch (IllegalArgumentException e) {
                LOG.debug("this VM has no G1", e);
            }
        }
    }
}
