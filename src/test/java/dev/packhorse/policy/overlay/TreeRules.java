package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;

/** What must hold for a tree that {@link KilledGateway} changes, when nobody is at it. */
final class TreeRules {

    private TreeRules() {}

    /**
     * Checks that each file has the mode that its text says, by stat and in the walk, that symlinks are in directories, and
     * that nothing is left over in the database.
     *
     * @param behind the store behind
     * @return how many nodes there are
     */
    static int check(Store store, Store behind, String key, DataSource database) throws Exception {
        List<Node> nodes = OverlayFixture.all(store.walk(FsPath.ROOT));
        for (Node node : nodes) {
            assertThat(store.stat(node.path())).isEqualTo(node);
            if (node.isFile()) {
                assertThat(OverlayFixture.content(store, node.path().toString()))
                        .as(node.path().toString())
                        .isEqualTo(String.valueOf(node.mode()));
            }
            if (node.isSymlink()) {
                assertThat(behind.stat(parent(node)).isDirectory()).isTrue();
            }
        }
        assertThat(count(database, "overlay_intent")).isZero();
        collect(behind, key, database);
        assertThat(count(database, "overlay_node")).as("rows of %s", nodes).isEqualTo(nodes.size());
        return nodes.size();
    }

    private static FsPath parent(Node node) {
        FsPath parent = node.path().parent();
        return parent == null ? FsPath.ROOT : parent;
    }

    /** A round over all rows: removals that were interrupted leave some. */
    private static void collect(Store behind, String key, DataSource database) throws FsException {
        try (OverlayTable table = new OverlayTable(database, InstantSource.system(), OverlayFixture.RETENTION)) {
            StoreNodes nodes = table.nodes(key);
            NodeView view = new NodeView(behind, nodes, OverlayStore.Options.DEFAULT);
            int gone = new Collector(view, new Journal(behind, view, nodes)).round();
            assertThat(gone).isLessThan(Collector.ROUND);
        }
    }

    private static int count(DataSource database, String table) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
