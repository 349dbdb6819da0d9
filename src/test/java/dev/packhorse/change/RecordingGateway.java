package dev.packhorse.change;

import static dev.packhorse.RandomTree.directory;
import static dev.packhorse.RandomTree.file;

import dev.packhorse.KilledProcess;
import dev.packhorse.RandomTree;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.local.LocalStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** A process that changes an export at random until it is killed, delivers nothing, and says so after each change. */
final class RecordingGateway {

    private RecordingGateway() {}

    static DataSource database(Path file) {
        return JdbcConnectionPool.create("jdbc:h2:file:" + file + ";WRITE_DELAY=0", "sa", "");
    }

    static Store files(Path folder) throws FsException {
        return LocalStore.open(folder, LocalStore.Options.DEFAULT);
    }

    /** Arguments: the folder of the files, the file of the database, a seed. */
    public static void main(String[] arguments) throws Exception {
        Outbox outbox =
                Outbox.open(database(Path.of(arguments[1])), InstantSource.system(), false, Outbox.Options.DEFAULT);
        outbox.subscribe(TestOutbox.EXPORT, "mirror");
        Store store = outbox.recording(TestOutbox.EXPORT, files(Path.of(arguments[0])));
        Random random = new Random(Long.parseLong(arguments[2]));
        while (true) {
            RandomTree.attempt(() -> change(store, random));
            System.out.println(KilledProcess.STEP);
        }
    }

    private static void change(Store store, Random random) throws FsException {
        switch (random.nextInt(8)) {
            case 0 -> store.makeDirectory(directory(random), WriteOptions.DEFAULT);
            case 1 -> store.move(directory(random), directory(random), TransferOptions.OVERWRITE);
            case 2 -> store.copy(directory(random), directory(random), TransferOptions.OVERWRITE);
            case 3 -> store.remove(random.nextBoolean() ? directory(random) : file(random), Preconditions.NONE);
            case 4 -> store.move(file(random), file(random), TransferOptions.OVERWRITE);
            default -> {
                byte[] text = Long.toString(random.nextLong()).getBytes(StandardCharsets.UTF_8);
                store.write(file(random), Body.of(text), WriteOptions.DEFAULT);
            }
        }
    }
}
