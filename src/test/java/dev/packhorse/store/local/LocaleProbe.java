package dev.packhorse.store.local;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Run in the C locale by {@link LocalFilesTest}: uses names that the JDK itself cannot say there. */
final class LocaleProbe {

    private LocaleProbe() {}

    public static void main(String[] arguments) throws IOException {
        require(!jdkSpeaksUtf8(), "the JDK speaks UTF-8: this proves nothing");
        try (LocalStore store = LocalStore.open(Path.of(arguments[0]), new LocalStore.Options(Durability.NONE))) {
            FsPath directory = FsPath.parse("/é");
            store.makeDirectory(directory, WriteOptions.DEFAULT);
            FsPath file = directory.child("日本");
            store.write(file, Body.of(new byte[] {'x'}), WriteOptions.DEFAULT);
            FsPath moved = directory.child("日本 😀");
            store.move(file, moved, TransferOptions.CREATE_NEW);
            require(store.stat(moved).size() == 1, "stat");
            FsPath link = directory.child("l");
            for (String target : new String[] {"/é/ü", "é", "../é//日本/"}) {
                store.link(link, target, WriteOptions.DEFAULT);
                try (Content content = store.read(link);
                        InputStream in = content.body().open()) {
                    String said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    require(said.equals(target), "link");
                }
            }
            try (Listing listing = store.list(directory)) {
                Node first = listing.next();
                Node second = listing.next();
                require(first != null && first.path().equals(link), "first");
                require(second != null && second.path().equals(moved), "second");
                require(listing.next() == null, "end");
            }
            require(store.unlistableNames() == 0, "unlistable");
        }
    }

    private static boolean jdkSpeaksUtf8() {
        try {
            return !Path.of("é").toString().isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
