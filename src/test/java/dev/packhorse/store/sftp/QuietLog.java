package dev.packhorse.store.sftp;

import java.util.logging.Level;
import org.jboss.logmanager.LogContext;

/** Without Quarkus around it, its log manager keeps every trace of MINA, with dumps of all bytes: 15 times as slow. */
final class QuietLog {

    private QuietLog() {}

    static void on() {
        LogContext.getLogContext().getLogger("org.apache.sshd").setLevel(Level.OFF);
        LogContext.getLogContext().getLogger("dev.packhorse.store.sftp").setLevel(Level.OFF);
    }
}
