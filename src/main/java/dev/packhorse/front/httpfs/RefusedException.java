package dev.packhorse.front.httpfs;

/** A request that is refused before the store is asked: a status and the one line that says why. */
final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String line;

    RefusedException(int status, String line) {
        super(line, null, false, false);
        this.status = status;
        this.line = line;
    }

    int status() {
        return status;
    }

    String line() {
        return line;
    }
}
