package dev.packhorse.route;

/** The message headers of the components. Names that others rely on (ARCHITECTURE, "a route is a store"). */
final class PackhorseHeaders {

    static final String OPERATION = "PackhorseOperation";
    static final String PATH = "PackhorsePath";
    static final String PROTOCOL = "PackhorseProtocol";
    static final String CALLER = "PackhorseCaller";
    static final String EXPORT = "PackhorseExport";
    /** The other end of a copy or move, in routes that do not start with an export. */
    static final String TARGET = "PackhorseTarget";

    /** Of a change: the same when it is delivered again, and no other's. */
    static final String EVENT_ID = "PackhorseEventId";
    /** Of a change: when it was made, ISO 8601. */
    static final String TIME = "PackhorseTime";
    /** Of a change: {@code true} where it may not have happened, or in another order; {@code false} elsewhere. */
    static final String LOOK_AGAIN = "PackhorseLookAgain";

    private PackhorseHeaders() {}
}
