package dev.packhorse.policy.overlay;

import static dev.packhorse.RandomTree.directory;
import static dev.packhorse.RandomTree.file;

import dev.packhorse.KilledProcess;
import dev.packhorse.RandomTree;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.local.LocalStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** A process that changes a tree at random until it is killed, and says so after each change. Files hold their own mode. */
final class KilledGateway {

    private KilledGateway() {}

    static DataSource database(Path file) {
        return JdbcConnectionPool.create("jdbc:h2:file:" + file + ";WRITE_DELAY=0", "sa", "");
    }

    static Store behind(Path folder) throws FsException {
        return new BareStore(LocalStore.open(folder, LocalStore.Options.DEFAULT));
    }

    static Store overlay(Store behind, DataSource database) throws FsException {
        return new OverlayStore(
                behind,
                "file:tree",
                new OverlayTable(database, InstantSource.system(), Duration.ofHours(1)),
                OverlayStore.Options.DEFAULT);
    }

    /** Arguments: the folder of the files, the file of the database, a seed. */
    public static void main(String[] arguments) throws Exception {
        Store store = overlay(behind(Path.of(arguments[0])), database(Path.of(arguments[1])));
        Random random = new Random(Long.parseLong(arguments[2]));
        while (true) {
            change(store, random);
            System.out.println(KilledProcess.STEP);
        }
    }

    /** Changes something, if the tree allows it. */
    static void change(Store store, Random random) throws FsException {
        RandomTree.attempt(() -> step(store, random));
    }

    private static void step(Store store, Random random) throws FsException {
        switch (random.nextInt(8)) {
            case 0 -> store.makeDirectory(directory(random), WriteOptions.of(mode(0700)));
            case 1 -> store.move(directory(random), directory(random), TransferOptions.OVERWRITE);
            case 2 -> store.copy(directory(random), directory(random), TransferOptions.OVERWRITE);
            case 3 -> store.remove(directory(random), Preconditions.NONE);
            case 4 -> store.link(file(random), "x", WriteOptions.DEFAULT);
            case 5 -> store.move(file(random), file(random), TransferOptions.OVERWRITE);
            default -> {
                AttributeChange mode = mode(random.nextInt(01000));
                byte[] text = String.valueOf(mode.mode()).getBytes(StandardCharsets.UTF_8);
                store.write(file(random), Body.of(text), WriteOptions.of(mode));
            }
        }
    }

    private static AttributeChange mode(int permissions) {
        return new AttributeChange(new Mode(permissions), null, null, null);
    }
}
