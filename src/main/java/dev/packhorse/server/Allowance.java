package dev.packhorse.server;

/**
 * What one address, or one identity, may take. 0 is no limit everywhere.
 *
 * @param requests a second
 * @param burst requests that may come at once after a pause; 0 for those of a second
 * @param upload bytes of request bodies a second
 * @param download bytes of response bodies a second
 * @param transfers requests in progress at a time: from the head of the request until all of the response has left
 */
public record Allowance(int requests, int burst, long upload, long download, int transfers) {

    /** Everything. */
    public static final Allowance UNLIMITED = new Allowance(0, 0, 0, 0, 0);

    public Allowance {
        if (requests < 0 || burst < 0 || upload < 0 || download < 0 || transfers < 0) {
            throw new IllegalArgumentException("a limit is a number from 0 on, which is none");
        }
    }

    boolean isUnlimited() {
        return requests == 0 && upload == 0 && download == 0 && transfers == 0;
    }
}
