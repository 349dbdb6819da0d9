package dev.packhorse.store.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guide protocol of a device: what it has recorded, and deleting that (INTEROP section 7). Each method is one request on one
 * connection, sent once.
 */
final class Guide {

    private static final String UP_TO_DATE = "upToDate";

    /**
     * What a device had recorded at some moment.
     *
     * @param name which snapshot this is, for the next question
     * @param shows in the order of the device, also those without a recording
     */
    record Snapshot(String name, List<Show> shows) {
        Snapshot {
            shows = List.copyOf(shows);
            if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("no name of a snapshot");
            }
        }
    }

    private final PlainRequest device;
    private final Serial serial;

    /** The serial number of a device, as {@link ShowsOptions} takes it; who wants it may have to ask the device. */
    interface Serial {
        String number() throws IOException;
    }

    /** The guide of a device. */
    Guide(PlainRequest device, Serial serial) {
        this.device = device;
        this.serial = serial;
    }

    /**
     * Fetches the guide.
     *
     * @param last the snapshot that is at hand, which costs the device little if nothing has changed
     * @return {@code last} if it still is the latest
     * @throws IOException also for an answer that makes no sense; {@link StatusException} if the device refuses
     */
    Snapshot snapshot(@Nullable Snapshot last) throws IOException {
        GuideAnswer answer =
                ask("/http_replay_guide-get_snapshot?guide_file_name=" + (last == null ? "0" : last.name()));
        String name = answer.values().get("guide_file_name");
        if (last != null && UP_TO_DATE.equals(name)) {
            return last;
        }
        ByteBuffer file = answer.file();
        if (name == null || file == null) {
            throw new IOException("a guide without a snapshot");
        }
        try {
            return new Snapshot(name, SnapshotFile.shows(file));
        } catch (IllegalArgumentException e) {
            throw new IOException("a snapshot of the guide without a name", e);
        }
    }

    /** Whether somebody is watching a show, or it is being recorded. */
    boolean isShowInUse(Show show) throws IOException {
        String answer =
                ask("/http_replay_guide-is_show_in_use?" + ids(show)).values().get("show_in_use");
        if (answer == null || !answer.matches("(?:0[xX])?[0-9a-fA-F]{1,8}")) {
            throw new IOException("a guide that does not say whether a show is in use");
        }
        return !answer.matches("(?:0[xX])?0+");
    }

    /**
     * Deletes a show. It stays in the snapshot for some seconds.
     *
     * @throws StatusException if the device refuses
     * @throws UnknownOutcomeException if nobody knows whether it is deleted
     */
    void deleteShow(Show show) throws IOException {
        try {
            ask("/http_replay_guide-delete_show?" + ids(show));
        } catch (StatusException e) {
            throw e;
        } catch (IOException e) {
            throw new UnknownOutcomeException("delete_show", e);
        }
    }

    private static String ids(Show show) {
        return String.format("channel_id=0x%08x&show_id=0x%08x", show.channelId(), show.showId());
    }

    private GuideAnswer ask(String target) throws IOException {
        try (InputStream body = device.open(target + "&serial_no=" + serial.number())) {
            return GuideAnswer.read(body);
        }
    }
}
