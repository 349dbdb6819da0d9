package dev.packhorse.change.webhook;

import dev.packhorse.change.Delivery;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Delivers changes to a receiver; keeps the order of changes whose paths overlap. */
public abstract sealed class Webhook implements Closeable permits PlainWebhook, BatchWebhook {

    /** Is told what has become of a delivery, once, by any thread. */
    @FunctionalInterface
    public interface Result {
        /** The receiver has it if there is no failure. */
        void done(@Nullable Exception failure);
    }

    /**
     * Opens the way to a receiver, which need not be there now.
     *
     * @param dropped counts the files and removals that the receiver did not get and never will
     *     ({@link WebhookOptions.Retry#OPENHANDS})
     */
    public static Webhook open(WebhookOptions options, LongAdder dropped) {
        return options.batch() ? new BatchWebhook(options, dropped) : new PlainWebhook(options, dropped);
    }

    /**
     * Takes a change. Waits while too many are under way.
     *
     * @param result told when the receiver has it, or will not get it; an {@link OvertakingException} if the change was not taken
     */
    public abstract void accept(Delivery delivery, Result result);

    /** Sends what is collected now. */
    public abstract void flush();

    /** Ends: what is under way fails. */
    @Override
    public abstract void close();

    /** Why a change was not taken: an earlier one has failed, and might be overtaken. */
    public static final class OvertakingException extends Exception {
        private static final long serialVersionUID = 1L;

        OvertakingException() {
            super("an earlier change has failed", null, false, false);
        }
    }

    /** What this protocol knows as a file at a path: {@code null} if there is none any more, of which a later change tells. */
    static @Nullable Content fileAt(Store store, FsPath path) throws FsException {
        try {
            return store.read(path);
        } catch (FsException e) {
            return switch (e.kind()) {
                case NOT_FOUND, NOT_A_DIRECTORY, IS_A_DIRECTORY -> null;
                default -> throw e;
            };
        }
    }
}
