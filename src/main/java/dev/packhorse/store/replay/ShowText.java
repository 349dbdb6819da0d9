package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.store.replay.Show.Part;
import dev.packhorse.store.replay.Show.Texts;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What the guide says of a show, as a text for people: UTF-8, a line for each fact, those that are empty left out. */
final class ShowText {

    private ShowText() {}

    /**
     * Writes the text.
     *
     * @param zone where the date is
     */
    static byte[] of(Show show, ZoneId zone) {
        Texts texts = show.texts();
        StringBuilder text = new StringBuilder();
        line(text, "", texts.title());
        line(text, "", texts.episode());
        Part part = show.part();
        if (part != null) {
            line(text, "Part ", part.number() + " of " + part.of());
        }
        line(text, "", texts.description());
        line(text, "With ", texts.actors());
        line(text, "Guest: ", texts.guest());
        line(text, "Produced by ", texts.producer());
        line(text, "Directed by ", texts.director());
        line(text, "Made in ", show.year() == 0 ? "" : Integer.toString(show.year()));
        line(text, "Channel: ", show.channel());
        line(
                text,
                "On the air: ",
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm zzz", Locale.ROOT)
                                .withZone(zone)
                                .format(show.airTime())
                        + ", " + show.minutes() + " minutes");
        long seconds = show.seconds();
        line(
                text,
                "Recorded: ",
                String.format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                        + switch (show.quality()) {
                            case HIGH -> ", high quality";
                            case MEDIUM -> ", medium quality";
                            case STANDARD -> ", standard quality";
                            case UNKNOWN -> "";
                        });
        line(text, "File: ", show.fileName());
        return text.toString().getBytes(UTF_8);
    }

    private static void line(StringBuilder text, String what, String value) {
        if (!value.isEmpty()) {
            text.append(what).append(value).append('\n');
        }
    }
}
