package dev.packhorse.policy.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what was written as anybody would: line by line, each as one JSON object. */
public final class AuditLines {

    private static final JsonFactory JSON = new JsonFactory();

    private AuditLines() {}

    /** All lines of a file. */
    public static List<Map<String, Object>> of(Path file) throws IOException {
        return parse(Files.readString(file, StandardCharsets.UTF_8));
    }

    /**
     * All lines of a text.
     *
     * @throws IOException if one is no JSON object, or the last has no end
     */
    public static List<Map<String, Object>> parse(String text) throws IOException {
        List<Map<String, Object>> lines = new ArrayList<>();
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IOException("the last line has no end: " + text.substring(text.lastIndexOf('\n') + 1));
        }
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                lines.add(line(line));
            }
        }
        return lines;
    }

    private static Map<String, Object> line(String text) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            expect(json.nextToken(), JsonToken.START_OBJECT, text);
            while (json.nextToken() != JsonToken.END_OBJECT) {
                expect(json.currentToken(), JsonToken.FIELD_NAME, text);
                String name = json.currentName();
                Object value = switch (json.nextToken()) {
                    case VALUE_STRING -> json.getText();
                    case VALUE_NUMBER_INT -> json.getLongValue();
                    case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                    default -> throw new IOException("not flat: " + text);
                };
                if (fields.put(name, value) != null) {
                    throw new IOException(name + " is there twice: " + text);
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than one object: " + text);
            }
        }
        return fields;
    }

    private static void expect(JsonToken is, JsonToken should, String text) throws IOException {
        if (is != should) {
            throw new IOException("no object: " + text);
        }
    }
}
