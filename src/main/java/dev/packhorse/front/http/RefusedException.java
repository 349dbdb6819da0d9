package dev.packhorse.front.http;

/** A request that is refused before the store is asked: a status and the one line that says why. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String line;

    public RefusedException(int status, String line) {
        super(line, null, false, false);
        this.status = status;
        this.line = line;
    }

    public int status() {
        return status;
    }

    public String line() {
        return line;
    }

    /** The answer that says so. */
    public HttpResponse response() {
        return HttpResponse.text(status, line);
    }
}
