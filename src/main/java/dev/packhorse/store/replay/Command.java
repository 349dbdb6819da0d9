package dev.packhorse.store.replay;

import java.util.Locale;

/** The ten commands (HTTPFS.txt, "Commands"). */
enum Command {
    LS,
    FSTAT,
    VOLINFO,
    READFILE,
    WRITEFILE,
    CREATE,
    MKDIR,
    RM,
    MV,
    CP;

    private final String target;

    Command() {
        this.target = "/httpfs-" + name().toLowerCase(Locale.ROOT);
    }

    /** What a request asks for, up to the question mark. */
    String target() {
        return target;
    }
}
