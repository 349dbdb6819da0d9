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

    private PackhorseHeaders() {}
}
