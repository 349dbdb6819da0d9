package dev.packhorse.matrix;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.gateway.TestGateway;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The protocols of exports, each with our own client of it. */
enum Protocol {
    HTTPFS("httpfs"),
    OPENHANDS("openhands"),
    OPENHANDS_WEBHOOK("openhands-webhook"),
    JSONFS("jsonfs"),
    REPLAY("replay");

    /** As exports name it. */
    final String label;

    Protocol(String label) {
        this.label = label;
    }

    /** What it can ask for, or our client of it makes of that. */
    Set<Step> carried() {
        return switch (this) {
            case HTTPFS -> EnumSet.allOf(Step.class);
            case JSONFS -> EnumSet.copyOf(Step.READS);
            case OPENHANDS, REPLAY -> {
                EnumSet<Step> carried = EnumSet.of(Step.REPLACE, Step.DIRECTORY, Step.RENAME, Step.COPY, Step.REMOVE);
                carried.addAll(Step.READS);
                yield carried;
            }
            case OPENHANDS_WEBHOOK -> EnumSet.of(Step.REPLACE, Step.REMOVE);
        };
    }

    /** What our client adds to that, whatever the store keeps: that of a device tells files apart by their times. */
    Set<Step> added(Backend backend) {
        return this == REPLAY && backend.tellsTimes() ? EnumSet.of(Step.CONDITION) : EnumSet.noneOf(Step.class);
    }

    boolean reads() {
        return carried().containsAll(Step.READS);
    }

    boolean writes() {
        return carried().contains(Step.REPLACE);
    }

    /** Those that can be asked. */
    static Stream<Protocol> readers() {
        return Stream.of(values()).filter(Protocol::reads);
    }

    /** Our own client of an export; the caller closes it. */
    Store client(TestGateway gateway, String export) throws FsException {
        String http = "http://127.0.0.1:" + gateway.port();
        return switch (this) {
            case HTTPFS -> gateway.open("httpfs+" + http + "/fs/" + export, Map.of());
            case OPENHANDS -> gateway.open("openhands+" + http + "/openhands/" + export, Map.of("size-ttl", "0s"));
            case OPENHANDS_WEBHOOK -> new WebhookClient(gateway, export);
            case JSONFS -> gateway.open("jsonfs+" + http + "/jsonfs/" + export, Map.of());
            case REPLAY ->
                gateway.open(
                        "replay://127.0.0.1:" + gateway.devicePort() + "/" + export,
                        Map.of("writable", export, "invisible", export, "stat-cache", "0s", "connections", "4"));
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
