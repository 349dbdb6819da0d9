package dev.packhorse.store.replay;

/** The ten commands (HTTPFS.txt, "Commands"). */
enum Command {
    LS(false),
    FSTAT(false),
    VOLINFO(false),
    READFILE(false),
    WRITEFILE(true),
    CREATE(true),
    MKDIR(true),
    RM(true),
    MV(true),
    CP(true);

    private final String target;
    private final boolean changes;

    Command(boolean changes) {
        this.target = "/httpfs-" + name().toLowerCase(java.util.Locale.ROOT);
        this.changes = changes;
    }

    /** What a request asks for, up to the question mark. */
    String target() {
        return target;
    }

    /** Whether it changes the device: then it is sent once, whatever happens. */
    boolean changes() {
        return changes;
    }
}
