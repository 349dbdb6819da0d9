package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.replay.ReplayExport;
import dev.packhorse.front.replay.ReplayFront;
import dev.packhorse.identity.Caller;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import dev.packhorse.server.HttpObserver;
import dev.packhorse.server.Limits;
import dev.packhorse.server.ReplayListener;
import dev.packhorse.server.ReplaySettings;
import dev.packhorse.server.SsdpResponder;
import dev.packhorse.wire.replay.DeviceAnswer;
import dev.packhorse.wire.replay.DeviceDescription;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The emulated ReplayTV: listens while there is an export that speaks {@code replay}. */
final class ReplayDevice {

    static final String PROTOCOL = "replay";

    private final ReplaySettings settings;
    private final @Nullable String announced;
    private final DeviceDescription description;
    private final ReplayFront front;
    private final ReplayListener listener;
    private final AuditWiring audit;
    /** By name. */
    private volatile Map<String, Offered> exports = Map.of();

    /** An export, and how each client has it. */
    private record Offered(ReplayExport export, ExportPolicies policies) {}

    private @Nullable SsdpResponder responder;

    /**
     * A device without exports.
     *
     * @param name what it is called
     * @param announced address that answers to searches name; {@code null} for no answers
     * @param limits what its clients may take
     * @param audit writes down what they do
     */
    ReplayDevice(
            ReplaySettings settings,
            String name,
            @Nullable String announced,
            HttpObserver observer,
            Limits limits,
            AuditWiring audit) {
        this.audit = audit;
        this.settings = settings;
        this.announced = announced;
        // The same at each start, so that clients know it again.
        UUID identity = UUID.nameUUIDFromBytes(("packhorse replay " + name).getBytes(UTF_8));
        this.description = new DeviceDescription(
                DeviceDescription.TYPE,
                name,
                "Packhorse",
                "ReplayTV 4000",
                "4080",
                "RTV4080K" + String.format("%010d", Integer.toUnsignedLong(identity.hashCode())),
                "uuid:" + identity,
                null);
        this.front = new ReplayFront(description, InstantSource.system());
        this.listener = new ReplayListener(settings, front, this::exports, observer, limits);
    }

    /** What a client has that is known by its address alone: the exports in which it may see something. */
    private Collection<ReplayExport> exports(InetAddress address) {
        Caller caller = Caller.anonymous(address);
        return exports.values().stream()
                .filter(each -> each.policies().rights(caller).seesAnything())
                .map(each -> each.export()
                        .with(audit.around(
                                each.policies().view(PROTOCOL, caller),
                                caller,
                                PROTOCOL,
                                each.export().path(),
                                null)))
                .toList();
    }

    /** Entries that were left out of listings, since old clients cannot take them. */
    long leftOut() {
        return front.leftOut();
    }

    /** Where it listens; {@code null} while it does not. */
    synchronized @Nullable String address() {
        return exports.isEmpty() ? null : "http://" + settings.host() + ":" + listener.port();
    }

    /**
     * Takes an export whose route says {@code replay}; with the first one it listens.
     *
     * @throws IllegalArgumentException for a name that old clients cannot take, or that another export has, or if the port cannot
     *     be had
     */
    synchronized void add(Export export, ExportPolicies policies) {
        Options options = export.options();
        ReplayExport added = new ReplayExport(
                options.text("replay.name", export.path().name()),
                export.path(),
                export.stores().apply(PROTOCOL, Export.GATEWAY),
                options.flag("replay.visible", true),
                options.flag("replay.encrypted", false),
                options.flag("replay.writable", true),
                options.size("max-body", Long.MAX_VALUE));
        Offered other = exports.get(added.name());
        if (other != null) {
            throw new IllegalArgumentException("the device has a " + added.name() + " already: export "
                    + other.export().path()
                    + "; give this a replay.name");
        }
        if (exports.isEmpty()) {
            listen();
        }
        Map<String, Offered> more = new TreeMap<>(exports);
        more.put(added.name(), new Offered(added, policies));
        exports = more;
    }

    private void listen() {
        try {
            listener.start();
            announce();
        } catch (IOException e) {
            listener.stop();
            throw new IllegalArgumentException(
                    "cannot listen on " + settings.host() + ":" + settings.port() + ": " + e.getMessage(), e);
        }
    }

    private void announce() throws IOException {
        if (announced == null) {
            return;
        }
        InetAddress address = InetAddress.getByName(announced);
        NetworkInterface on = NetworkInterface.getByInetAddress(address);
        if (!(address instanceof Inet4Address known) || on == null) {
            throw new IOException("packhorse.replay.announce = " + announced + " is no IPv4 address of this host");
        }
        // Not the port of the listener, which old clients would not go to (INTEROP section 6).
        responder = SsdpResponder.start(on, new DeviceAnswer(known, DeviceAnswer.PORT, description.udn()));
    }

    /** Leaves an export; after the last one it no longer listens. */
    synchronized void remove(Export export) {
        Map<String, Offered> fewer = new TreeMap<>(exports);
        if (fewer.values().removeIf(each -> each.export().path().equals(export.path()))) {
            exports = fewer;
            if (fewer.isEmpty()) {
                stop();
            }
        }
    }

    /** Lets requests in flight end. */
    synchronized void stop() {
        SsdpResponder announcing = responder;
        responder = null;
        if (announcing != null) {
            announcing.close();
        }
        listener.stop();
    }
}
