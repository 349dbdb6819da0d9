package dev.packhorse.store.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MetadataTest {

    private static final Instant STORED = Instant.parse("2020-01-02T03:04:05Z");

    private static Node node(Map<String, String> metadata) {
        return Metadata.node(FsPath.ROOT, metadata, 1, "\"e\"", STORED, Metadata.UNTYPED);
    }

    @Test
    void timesOfS3fsAndRcloneAreUnderstood() {
        Map<String, String> table = new LinkedHashMap<>();
        table.put("0", "1970-01-01T00:00:00Z");
        table.put("1700000000", "2023-11-14T22:13:20Z");
        table.put("1700000000.5", "2023-11-14T22:13:20.500Z");
        table.put("1700000000.123456789", "2023-11-14T22:13:20.123456789Z");
        table.put("1700000000.1234567891", "2023-11-14T22:13:20.123456789Z");
        table.put("-0.25", "1969-12-31T23:59:59.750Z");
        table.put("1.7e9", "2023-11-14T22:13:20Z");
        table.forEach((text, time) ->
                assertThat(node(Map.of("mtime", text)).modified()).as(text).isEqualTo(time));
    }

    @Test
    void whatCannotBeUnderstoodIsTakenForNotWritten() {
        for (String time : List.of("", "x", "1e99", "1e-999999999", "1e999999999", "NaN", "9".repeat(50))) {
            assertThat(node(Map.of("mtime", time)).modified()).as(time).isEqualTo(STORED);
        }
        for (String number : List.of("", "-1", "x", "4294967295", "99999999999", "0x10")) {
            Node node = node(Map.of("mode", number, "uid", number, "gid", "7"));
            assertThat(node.owner()).as(number).isEqualTo(new Owner(0, 7));
            assertThat(node.mode()).as(number).isEqualTo(Mode.FILE_DEFAULT);
        }
    }

    @Test
    void whatIsSetIsRead() {
        Random random = new Random(7);
        List<NodeType> types = List.of(NodeType.values());
        for (int i = 0; i < 2000; i++) {
            NodeType type = types.get(random.nextInt(types.size()));
            AttributeChange change = new AttributeChange(
                    new Mode(random.nextInt(010000)),
                    Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
                    new Owner(random.nextInt(Integer.MAX_VALUE), 0xFFFF_FFFEL),
                    null);
            Map<String, String> metadata = Metadata.with(Map.of("other", "x"), type, change);
            Node node = type == NodeType.DIRECTORY ? Metadata.directory(FsPath.ROOT, metadata) : node(metadata);
            assertThat(node.type()).isEqualTo(type);
            assertThat(node.mode()).isEqualTo(change.mode());
            assertThat(node.modified()).isEqualTo(change.modified());
            assertThat(node.owner()).isEqualTo(change.owner());
            assertThat(metadata).containsEntry("other", "x");
        }
    }

    @Test
    void anyTextIsReadWithoutAFailure() {
        Random random = new Random(11);
        String letters = "0123456789.-+eExN ";
        for (int i = 0; i < 20_000; i++) {
            Map<String, String> metadata = new HashMap<>();
            for (String name : List.of("mode", "uid", "gid", "mtime")) {
                StringBuilder text = new StringBuilder();
                for (int j = random.nextInt(14); j > 0; j--) {
                    text.append(letters.charAt(random.nextInt(letters.length())));
                }
                metadata.put(name, text.toString());
            }
            assertThat(node(metadata).path()).isEqualTo(FsPath.ROOT);
        }
    }
}
