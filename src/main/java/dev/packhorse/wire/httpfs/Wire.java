package dev.packhorse.wire.httpfs;

/** The protocol's own spellings (SPEC.md, "Filesystem Metadata Headers" and "HTTP Methods"). */
public final class Wire {

    public static final String CONTENT_MODE = "Content-Mode";
    public static final String CONTENT_MODIFIED = "Content-Modified";
    public static final String CONTENT_OWNERSHIP = "Content-Ownership";
    public static final String CHANGE_TIMESTAMP = "Change-Timestamp";
    public static final String CACHE_CONTROL_TTL = "Cache-Control-TTL";
    public static final String DESTINATION = "Destination";
    public static final String OVERWRITE = "Overwrite";

    /** The octal digits that the examples of SPEC.md ("Symbolic Links") show as the mode of a symlink. */
    public static final int DOCUMENT_SYMLINK = 120777;

    /** "MUST detect directories via Content-Type"; wanix compares it whole, so it never has parameters. */
    public static final String DIRECTORY = "application/x-directory";

    /** "Content-Type: Must be application/x-symlink". */
    public static final String SYMLINK = "application/x-symlink";

    /** What wanix sends for the bulk operation that SPEC.md plans (INTEROP.md, section 3). */
    public static final String TAR = "application/x-tar";

    /** The suffix of "Directory Metadata Streaming". */
    public static final String CHILDREN = ":";

    /** The suffix of "Recursive Directory Tree Streaming". */
    public static final String DESCENDANTS = "...";

    public static final String METHODS = "GET, HEAD, PUT, PATCH, DELETE, MOVE, COPY, OPTIONS";

    public static final String REQUEST_HEADERS = "Accept, Authorization, Content-Type, Content-Mode, Content-Modified,"
            + " Content-Ownership, Change-Timestamp, Destination, Overwrite, Range, If-Range, If-Match, If-None-Match,"
            + " If-Modified-Since, If-Unmodified-Since";

    public static final String RESPONSE_HEADERS = "Accept-Ranges, Allow, Cache-Control-TTL, Change-Timestamp,"
            + " Content-Disposition, Content-Length, Content-Location, Content-Mode, Content-Modified,"
            + " Content-Ownership, Content-Range, Content-Type, Date, ETag, Last-Modified, Retry-After,"
            + " WWW-Authenticate";

    private Wire() {}

    /** Tells whether a name is reserved as a suffix and so cannot be a file's. */
    public static boolean isSuffix(String name) {
        return name.equals(CHILDREN) || name.equals(DESCENDANTS);
    }

    /** Tells whether the last segment of a path is reserved, without cutting it out. */
    public static boolean endsInSuffix(String path) {
        return path.endsWith("/:") || path.endsWith("/...");
    }
}
