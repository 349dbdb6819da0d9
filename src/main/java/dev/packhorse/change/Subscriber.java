package dev.packhorse.change;

import dev.packhorse.fs.FsPath;
import java.util.concurrent.atomic.AtomicLong;

/** Who waits for the changes of an export, whether connected or not: a row of {@code change_subscriber}. */
final class Subscriber {

    private final int id;
    private final FsPath export;
    private final String name;

    /** How many changes wait; corrected from time to time where several gateways count. */
    private final AtomicLong backlog = new AtomicLong();

    private volatile Runnable wake = () -> {};

    Subscriber(int id, FsPath export, String name) {
        this.id = id;
        this.export = export;
        this.name = name;
    }

    int id() {
        return id;
    }

    FsPath export() {
        return export;
    }

    String name() {
        return name;
    }

    AtomicLong backlog() {
        return backlog;
    }

    /** Whom to tell that there is something to deliver. */
    void onArrival(Runnable told) {
        wake = told;
    }

    void arrived() {
        wake.run();
    }
}
