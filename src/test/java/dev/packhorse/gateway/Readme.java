package dev.packhorse.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** README.md as its tests see it: fenced blocks in order, and tables between markers. */
final class Readme {

    static final Path FILE = Path.of("README.md");

    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /**
     * One fenced block.
     *
     * @param language {@code sh}, {@code yaml}, {@code text}
     * @param line where its first line stands, from 1
     * @param output the {@code text} block right behind an {@code sh} block
     */
    record Block(
            String language,
            int line,
            String text,
            @Nullable String output) {}

    private Readme() {}

    static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Block> blocks() {
        String all = text();
        List<Block> blocks = new ArrayList<>();
        int end = -1;
        for (Matcher matcher = BLOCK.matcher(all); matcher.find(); end = matcher.end()) {
            String language = matcher.group(1);
            int line = (int) all.substring(0, matcher.start(2)).lines().count() + 1;
            boolean adjacent = end >= 0 && all.substring(end, matcher.start()).isBlank();
            if (language.equals("text") && adjacent && last(blocks).language().equals("sh")) {
                Block sh = blocks.remove(blocks.size() - 1);
                blocks.add(new Block("sh", sh.line(), sh.text(), matcher.group(2)));
            } else {
                blocks.add(new Block(language, line, matcher.group(2), null));
            }
        }
        return blocks;
    }

    private static Block last(List<Block> blocks) {
        return blocks.get(blocks.size() - 1);
    }

    /** The text between the markers of a generated part. */
    static Pattern part(String name) {
        return Pattern.compile("(?<=<!-- generated: " + name + " -->\\n\\n).*?(?=\\n<!-- end -->)", Pattern.DOTALL);
    }
}
