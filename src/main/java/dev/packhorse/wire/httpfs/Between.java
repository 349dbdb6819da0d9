package dev.packhorse.wire.httpfs;

/** Headers between two Packhorses (decision 0015). A server sends them to who has sent {@link #CLIENT}, and to nobody else. */
public final class Between {

    /** Of each request: {@code 1}. */
    public static final String CLIENT = "Packhorse";

    /** Of the answer to OPTIONS: a {@link Told}. */
    public static final String CAPABILITIES = "Packhorse-Capabilities";

    /** Of a refusal: the kind of the failure as the contract names it, {@code IS_A_DIRECTORY}. */
    public static final String KIND = "Packhorse-Kind";

    /** Beside {@code Content-Modified}: nanoseconds within that second, 0 to 999,999,999; absent for 0. */
    public static final String NANOS = "Packhorse-Nanos";

    /** The media type that somebody gave a file, absent if nobody did; in requests, the one to give, also of PATCH. */
    public static final String MEDIA_TYPE = "Packhorse-Media-Type";

    /** Of the answer to a change, whose own length is another: the bytes of the file or symlink. */
    public static final String SIZE = "Packhorse-Size";

    private static final int MAX_MEDIA_TYPE = 255;

    private Between() {}

    /** Tells whether a media type can be a header's value: printable ASCII, not empty, not beyond 255 characters. */
    public static boolean isSendable(String mediaType) {
        return !mediaType.isBlank()
                && mediaType.length() <= MAX_MEDIA_TYPE
                && mediaType.chars().allMatch(c -> c >= ' ' && c < 0x7f)
                && mediaType.strip().length() == mediaType.length();
    }
}
