package dev.packhorse.store.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedNamesTest {

    @Test
    void namesComeInOrderWhetherTheyFitOrNot() throws IOException {
        for (int count : new int[] {0, 1, 1000, SortedNames.RUN, SortedNames.RUN + 1, 3 * SortedNames.RUN + 7}) {
            TreeSet<String> expected = new TreeSet<>(FsPath.BYTEWISE);
            Random random = new Random(count);
            try (SortedNames names = new SortedNames()) {
                for (int i = 0; i < count; i++) {
                    String name = random.nextInt(1_000_000) + (i % 3 == 0 ? "é😀" : "\uFF5E") + i;
                    expected.add(name);
                    names.add(name);
                }
                names.sort();
                // Not element by element: that takes a minute.
                assertThat(drain(names).equals(new ArrayList<>(expected)))
                        .as("%s names", count)
                        .isTrue();
            }
        }
    }

    @Test
    void namesThatDoNotFitTakeRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(1_000_000)) {
            try (SortedNames names = new SortedNames()) {
                // When
                SpoolLimit.assertNoRoomFor(() -> {
                    for (int i = 0; i < 4 * SortedNames.RUN; i++) {
                        names.add("name-" + i);
                    }
                    names.sort();
                });
            } catch (FsException e) {
                assertThat(e.kind()).isEqualTo(FsException.Kind.NO_SPACE);
            }
            // Then
            assertThat(limit.taken()).isZero();
        }
    }

    private static List<String> drain(SortedNames names) throws IOException {
        List<String> all = new ArrayList<>();
        for (String name = names.next(); name != null; name = names.next()) {
            all.add(name);
        }
        return all;
    }

    @Test
    void aDirectoryThatIsTooLargeForMemoryIsListedWhole(@TempDir Path folder) throws IOException {
        int count = SortedNames.RUN + 1000;
        Path large = Files.createDirectory(folder.resolve("large"));
        FsPath path = FsPath.parse("/large");
        for (int i = 0; i < count; i++) {
            Files.createFile(large.resolve("entry-" + i));
        }
        try (LocalStore store = LocalStore.open(folder, LocalStore.Options.DEFAULT);
                Listing listing = store.list(path)) {
            int seen = 0;
            boolean inOrder = true;
            FsPath last = FsPath.ROOT;
            for (Node node = listing.next(); node != null; node = listing.next()) {
                inOrder &= node.path().compareTo(last) > 0;
                last = node.path();
                seen++;
            }
            assertThat(inOrder).isTrue();
            assertThat(seen).isEqualTo(count);
            // Faster than JUnit does it.
            store.remove(path, Preconditions.NONE);
        }
    }
}
