package dev.packhorse.matrix;

import dev.packhorse.gateway.TestGateway;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The protocols that have both sides. */
enum Protocol {
    HTTPFS("httpfs", EnumSet.allOf(Step.class)),
    OPENHANDS("openhands", EnumSet.complementOf(EnumSet.of(Step.MODE, Step.MODIFIED, Step.SYMLINK))),
    JSONFS("jsonfs", EnumSet.of(Step.READ, Step.LIST, Step.RANGE)),
    REPLAY("replay", EnumSet.complementOf(EnumSet.of(Step.MODE, Step.MODIFIED, Step.SYMLINK)));

    /** As exports name it. */
    final String label;

    /** What it can ask for, or our client of it makes of that. */
    final Set<Step> carried;

    Protocol(String label, EnumSet<Step> carried) {
        this.label = label;
        this.carried = Collections.unmodifiableSet(carried);
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
