package dev.packhorse.store.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Listings in the order of names, over a bucket that sorts keys as S3 does, by their UTF-8. */
class OrderedTest {

    /** Keys alone, in small pages. */
    private static final class KeysOnly extends ObjectBucket {
        final TreeSet<String> keys = new TreeSet<>(FsPath.BYTEWISE);
        final int page;
        int requests;

        KeysOnly(int page, List<String> keys) {
            super("");
            this.page = page;
            this.keys.addAll(keys);
        }

        @Override
        public Page list(
                String prefix, @Nullable String token, boolean deep, int wanted, String operation, FsPath path) {
            requests++;
            int most = Math.min(page, wanted);
            List<Stored> objects = new ArrayList<>();
            List<String> prefixes = new ArrayList<>();
            String last = null;
            boolean more = false;
            for (String key : token == null ? keys.tailSet(prefix) : keys.tailSet(token, false)) {
                if (!key.startsWith(prefix)) {
                    break;
                }
                int slash = deep ? -1 : key.indexOf('/', prefix.length());
                if (slash >= 0 && last != null && last.startsWith(key.substring(0, slash + 1))) {
                    continue;
                }
                if (token != null && slash >= 0 && token.startsWith(key.substring(0, slash + 1))) {
                    continue;
                }
                if (objects.size() + prefixes.size() == most) {
                    more = true;
                    break;
                }
                last = key;
                if (slash >= 0) {
                    prefixes.add(key.substring(0, slash + 1));
                } else {
                    objects.add(new Stored(key, 1, "e", "e", Instant.EPOCH, null, Map.of(), Stored.Served.NONE));
                }
            }
            return new Page(objects, prefixes, more ? last : null);
        }

        @Override
        public @Nullable Stored head(String key, String operation, FsPath path) {
            throw new AssertionError("a listing asks for no single object");
        }

        @Override
        public @Nullable Stored completed(Stored listed, String operation, FsPath path) {
            return listed;
        }

        @Override
        public String text(String key, String operation, FsPath path) {
            throw new AssertionError("a listing reads no object");
        }

        @Override
        public void mark(FsPath directory, Map<String, String> metadata, String operation) {
            throw new AssertionError("a listing writes nothing");
        }

        @Override
        public void delete(String key, Condition condition, String operation, FsPath path) {
            throw new AssertionError("a listing deletes nothing");
        }

        @Override
        public void delete(List<String> keys, String operation, FsPath path) {
            throw new AssertionError("a listing deletes nothing");
        }

        @Override
        public int batch() {
            return 1000;
        }

        @Override
        public boolean isConditional() {
            return true;
        }
    }

    @Test
    void aDirectoryComesBeforeNamesThatItsKeysComeAfter() throws FsException {
        KeysOnly keys = new KeysOnly(2, List.of("a-b", "a.d", "a/c", "a0", "b"));
        assertThat(names(keys, false)).containsExactly("/a", "/a-b", "/a.d", "/a0", "/b");
        assertThat(names(keys, true)).containsExactly("/a", "/a-b", "/a.d", "/a/c", "/a0", "/b");
    }

    @Test
    void namesBeyondTheBasicPlaneComeInTheOrderOfTheirBytes() throws FsException {
        assertThat(names(new KeysOnly(1000, List.of("😀", "\uE000", "\uFF5E/x", "é")), false))
                .containsExactly("/é", "/\uE000", "/\uFF5E", "/😀");
    }

    @Test
    void whatIsBothAnObjectAndADirectoryIsShownOnce() throws FsException {
        KeysOnly keys = new KeysOnly(1, List.of("a", "a-b", "a/", "a/c", "x/y", "x/y/z"));
        List<Node> nodes = nodes(keys, true);
        assertThat(nodes)
                .extracting(node -> node.path().toString())
                .containsExactly("/a", "/a-b", "/a/c", "/x", "/x/y", "/x/y/z");
        assertThat(nodes.get(0).isFile()).isTrue();
        assertThat(nodes.get(4).isFile()).isTrue();
    }

    @Test
    void namesThatCannotBePathsAreLeftOut() throws FsException {
        KeysOnly keys =
                new KeysOnly(3, List.of("/", "a//b", "a/../b", "a/./", ".", "..", "c\u0001", "d_$folder$", "e/\uFFFD"));
        assertThat(names(keys, false)).containsExactly("/a", "/e");
        assertThat(names(keys, true)).containsExactly("/a", "/e");
    }

    @Test
    void aLongRunOfNamesIsNotHeldBackForADirectoryThatMayCome() throws FsException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            all.add("log-" + i);
        }
        KeysOnly without = new KeysOnly(1000, all);
        assertThat(names(without, false)).hasSize(20_000).startsWith("/log-0").isSortedAccordingTo(FsPath.BYTEWISE);
        assertThat(without.requests).isEqualTo(21);
        all.add("log/x");
        KeysOnly with = new KeysOnly(1000, all);
        Ordered nodes = new Ordered(with, "", false, "list", FsPath.ROOT);
        assertThat(nodes.next())
                .isNotNull()
                .extracting(node -> node.path().toString())
                .isEqualTo("/log");
        assertThat(with.requests).isLessThanOrEqualTo(3);
        assertThat(names(with, false)).hasSize(20_001).doesNotHaveDuplicates().isSortedAccordingTo(FsPath.BYTEWISE);
    }

    @Test
    void manySmallFilesCostNoRequestBeyondTheirPages() throws FsException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            all.add("events/" + i + ".json");
        }
        KeysOnly keys = new KeysOnly(1000, all);
        assertThat(names(keys, true)).hasSize(5001);
        assertThat(keys.requests).isEqualTo(5);
    }

    @Test
    void anyKeysComeAsTheirModelSays() throws FsException {
        Random random = new Random(20261121);
        String letters = "ab-./0";
        for (int round = 0; round < 3000; round++) {
            TreeSet<String> keys = new TreeSet<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                StringBuilder key = new StringBuilder();
                for (int j = random.nextInt(8); j >= 0; j--) {
                    key.append(letters.charAt(random.nextInt(letters.length())));
                }
                keys.add(key.toString());
            }
            KeysOnly bucket = new KeysOnly(1 + random.nextInt(4), List.copyOf(keys));
            NavigableMap<String, Boolean> model = model(keys);
            assertThat(shown(bucket, true)).as("a walk of %s", keys).isEqualTo(List.copyOf(model.entrySet()));
            model.keySet().removeIf(path -> path.indexOf('/', 1) > 0);
            assertThat(shown(bucket, false)).as("a list of %s", keys).isEqualTo(List.copyOf(model.entrySet()));
        }
    }

    /** Paths in order, and whether each is a directory. */
    private static NavigableMap<String, Boolean> model(Set<String> keys) {
        NavigableMap<String, Boolean> model = new TreeMap<>(FsPath.BYTEWISE);
        for (String key : keys) {
            String[] segments = key.split("/", -1);
            String path = "";
            for (int i = 0; i < segments.length && FsPath.isName(segments[i]); i++) {
                path += "/" + segments[i];
                if (i + 1 < segments.length) {
                    model.putIfAbsent(path, true);
                } else {
                    model.put(path, false);
                }
            }
        }
        return model;
    }

    private static List<Map.Entry<String, Boolean>> shown(KeysOnly keys, boolean deep) throws FsException {
        return nodes(keys, deep).stream()
                .map(node -> Map.entry(node.path().toString(), node.isDirectory()))
                .toList();
    }

    private static List<String> names(KeysOnly keys, boolean deep) throws FsException {
        return nodes(keys, deep).stream().map(node -> node.path().toString()).toList();
    }

    private static List<Node> nodes(KeysOnly keys, boolean deep) throws FsException {
        Ordered ordered = new Ordered(keys, "", deep, "list", FsPath.ROOT);
        List<Node> nodes = new ArrayList<>();
        for (Node node = ordered.next(); node != null; node = ordered.next()) {
            nodes.add(node);
        }
        return nodes;
    }
}
