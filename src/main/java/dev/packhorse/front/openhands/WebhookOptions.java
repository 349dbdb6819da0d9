package dev.packhorse.front.openhands;

/**
 * What an export that takes webhooks may set.
 *
 * @param credentials who may send; the same as those of the FileStore
 * @param maxBody {@code max-body}: most bytes of one request; what is longer is {@code 413}
 * @param backlog {@code openhands-webhook.backlog}: most bytes that wait for the store; beyond, a request is {@code 503}
 * @param directoryDelete {@code openhands-webhook.directory-delete}
 */
public record WebhookOptions(Credentials credentials, long maxBody, long backlog, DirectoryDelete directoryDelete) {

    /** A gibibyte: some hundred thousand events of OpenHands. */
    public static final long BACKLOG = 1L << 30;

    /** For everybody. */
    public static final WebhookOptions DEFAULT =
            new WebhookOptions(Credentials.NONE, Long.MAX_VALUE, BACKLOG, DirectoryDelete.IN_ORDER);

    public WebhookOptions {
        if (maxBody < 0) {
            throw new IllegalArgumentException("negative max-body");
        }
        if (backlog < Spool.LEAST) {
            throw new IllegalArgumentException("a backlog of less than " + Spool.LEAST + " bytes");
        }
    }
}
