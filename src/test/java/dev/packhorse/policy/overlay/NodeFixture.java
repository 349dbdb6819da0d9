package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;

/** A bare store under an overlay, and short ways to see what is kept of its nodes. */
abstract class NodeFixture extends OverlayFixture {

    static final AttributeChange PRIVATE =
            new AttributeChange(new Mode(0600), Instant.parse("2001-02-03T04:05:06Z"), new Owner(7, 8), "text/x-verse");

    /** What is on the other side: somebody who changes this changes it behind the gateway's back. */
    final Store bare = new BareStore(memory);

    final Store nodes = overlay(bare);

    @Override
    OverlayStore.Options options() {
        return OverlayStore.Options.DEFAULT;
    }

    final Node put(Store store, String path, String text, AttributeChange attributes) throws FsException {
        return store.write(path(path), text(text), WriteOptions.of(attributes));
    }

    static Node link(Store store, String path, String target) throws FsException {
        return store.link(path(path), target, WriteOptions.DEFAULT);
    }

    static Node directory(Store store, String path) throws FsException {
        return store.makeDirectory(path(path), WriteOptions.DEFAULT);
    }

    static void chmod(Store store, String path, int mode) throws FsException {
        store.change(path(path), mode(mode), Preconditions.NONE);
    }

    static AttributeChange mode(int permissions) {
        return new AttributeChange(new Mode(permissions), null, null, null);
    }

    static int mode(Store store, String path) throws FsException {
        return store.stat(path(path)).mode().permissions();
    }

    static String text(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static List<String> walked(Store store) throws FsException {
        return all(store.walk(FsPath.ROOT)).stream()
                .map(node -> node.path().toString())
                .toList();
    }

    final int count(String table) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
