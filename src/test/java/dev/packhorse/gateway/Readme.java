package dev.packhorse.gateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** README.md as its tests see it: fenced blocks in order, and tables between markers. */
public final class Readme {

    static final boolean UPDATE = Boolean.getBoolean("readme.update");

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

    /** A table of Markdown. */
    public static String table(List<String> head, List<List<String>> rows) {
        Function<List<String>, String> line = cells -> "| " + String.join(" | ", cells) + " |\n";
        return line.apply(head)
                + line.apply(head.stream().map(cell -> "---").toList())
                + rows.stream().map(line).collect(joining());
    }

    /** Compares a generated part, or with {@code -Dreadme.update=true} writes it. */
    public static void part(String name, String expected) throws IOException {
        Pattern part = Pattern.compile(
                "(?<=<!-- generated: " + name + " -->\\n\\n)(?:(?!<!-- end -->).)*?(?=\\n<!-- end -->)",
                Pattern.DOTALL);
        if (UPDATE) {
            Files.writeString(FILE, part.matcher(text()).replaceFirst(Matcher.quoteReplacement(expected)));
        }
        Matcher found = part.matcher(text());
        assertThat(found.find()).as("the README has a part " + name).isTrue();
        assertThat(found.group())
                .as("stale: run this test with -Dreadme.update=true")
                .isEqualTo(expected);
    }
}
