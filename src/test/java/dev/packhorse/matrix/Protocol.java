package dev.packhorse.matrix;

import dev.packhorse.gateway.TestGateway;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The protocols that have both sides. */
enum Protocol {
    HTTPFS("httpfs"),
    OPENHANDS("openhands"),
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
            case JSONFS -> EnumSet.of(Step.READ, Step.LIST, Step.RANGE);
            case OPENHANDS, REPLAY -> EnumSet.complementOf(EnumSet.of(Step.MODE, Step.MODIFIED, Step.SYMLINK));
        };
    }

    /** Our own client of an export. */
    Place client(TestGateway gateway, String export) {
        String http = "http://127.0.0.1:" + gateway.port();
        return switch (this) {
            case HTTPFS -> Place.of("httpfs+" + http + "/fs/" + export);
            case OPENHANDS -> new Place("openhands+" + http + "/openhands/" + export, Map.of("size-ttl", "0s"));
            case JSONFS -> Place.of("jsonfs+" + http + "/jsonfs/" + export);
            case REPLAY ->
                new Place(
                        "replay://127.0.0.1:" + gateway.devicePort() + "/" + export,
                        Map.of("writable", export, "invisible", export, "stat-cache", "0s", "connections", "4"));
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
