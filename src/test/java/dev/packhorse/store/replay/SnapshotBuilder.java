package dev.packhorse.store.replay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** Makes the snapshots that devices make (INTEROP section 7), down to the bytes that nobody reads. */
final class SnapshotBuilder {

    static final int V43 = 0x00030001;
    static final int V45 = 0x00050001;
    static final int V50 = 0x00000002;

    /** One show, to be set byte by byte. */
    static final class ShowBuilder {
        final ByteBuffer bytes;
        private final List<String> texts = new ArrayList<>(List.of("", "", "", "", "", "", "", ""));
        private byte[] movie = {};
        private byte[] part = {};

        private ShowBuilder(int size, long showId) {
            bytes = ByteBuffer.allocate(size);
            bytes.putInt(0, 0x3c000001).putInt(4, (int) showId).putInt(8, 3).putInt(12, 1);
            bytes.putInt(24, 80).putInt(104, 272);
            bytes.putInt(104 + 20, (int) showId + 60).putShort(104 + 28, (short) 30);
            bytes.putInt(392, 1800).putInt(396, 3600).putInt(412, -1).putLong(436, 123_456_789_012L);
        }

        ShowBuilder title(String title) {
            return text(0, title);
        }

        ShowBuilder episode(String episode) {
            return text(1, episode);
        }

        /** Title, episode, description, actors, guest, suzuki, producer, director. */
        ShowBuilder text(int index, String text) {
            texts.set(index, text);
            return this;
        }

        ShowBuilder eventTime(long seconds) {
            bytes.putInt(104 + 20, (int) seconds);
            return this;
        }

        ShowBuilder movie(int year) {
            movie = ByteBuffer.allocate(8).putShort(4, (short) year).array();
            return this;
        }

        ShowBuilder part(int number, int of) {
            part = ByteBuffer.allocate(4)
                    .putShort((short) number)
                    .putShort((short) of)
                    .array();
            return this;
        }

        ShowBuilder label(String label) {
            bytes.put(24 + 36, label.getBytes(Charset.forName("windows-1252")));
            return this;
        }

        private byte[] finished() {
            bytes.putInt(104 + 16, (movie.length > 0 ? 0x20 : 0) | (part.length > 0 ? 0x40 : 0));
            int at = 104 + 44;
            bytes.put(at, movie);
            at += movie.length;
            bytes.put(at, part);
            at += part.length;
            for (int i = 0; i < texts.size(); i++) {
                byte[] text = texts.get(i).getBytes(Charset.forName("windows-1252"));
                bytes.put(104 + 36 + i, (byte) text.length).put(at, text);
                at += text.length;
            }
            return bytes.array();
        }
    }

    private final int version;
    private final int channels;
    private final List<ShowBuilder> shows = new ArrayList<>();

    SnapshotBuilder(int version, int channels) {
        this.version = version;
        this.channels = channels;
    }

    ShowBuilder show(long showId) {
        ShowBuilder show = new ShowBuilder(version == V50 ? 512 : 444, showId);
        shows.add(show);
        return show;
    }

    /** Removes the show from the next snapshots. */
    void drop(long showId) {
        shows.removeIf(show -> show.bytes.getInt(4) == (int) showId);
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int schedules = channels * (version == V43 ? 624 : 712);
        if (version == V50) {
            out.writeBytes(ByteBuffer.allocate(64)
                    .putInt(version)
                    .putInt(64)
                    .putInt(2)
                    .putInt(5)
                    .putInt(channels)
                    .putInt(channels)
                    .putInt(0)
                    .putInt(64)
                    .putInt(840)
                    .putInt(840 + schedules)
                    .putInt(840 + schedules + shows.size() * 512)
                    .array());
        } else {
            out.writeBytes(ByteBuffer.allocate(32)
                    .putInt(version)
                    .putInt(32)
                    .putInt(channels)
                    .putInt(channels)
                    .putInt(32)
                    .putInt(808)
                    .putInt(808 + schedules)
                    .putInt(0x5a5a5a5a)
                    .array());
        }
        out.writeBytes(ByteBuffer.allocate(776).putInt(776).array());
        out.writeBytes(new byte[schedules]);
        shows.forEach(show -> out.writeBytes(show.finished()));
        return out.toByteArray();
    }
}
