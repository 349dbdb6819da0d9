package dev.packhorse.policy.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.packhorse.KilledProcess;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A process in which several clients change a store until it is killed, and write down what they were told had happened. */
final class AuditedProcess {

    static final int CLIENTS = 4;

    private AuditedProcess() {}

    /** Arguments: the audit log, the folder of what the clients write down, a name for this run. */
    public static void main(String[] arguments) throws Exception {
        AuditLog log = AuditLog.to(
                AuditFile.open(Path.of(arguments[0]), new AuditFile.Options(50_000, 1000, false)),
                AuditLog.Options.DEFAULT);
        Store store = new AuditStore(new MemoryStore(64 << 20), log, AuditStoreTest.ORIGIN);
        // All of them before the first step: the process may be killed before another thread has begun.
        List<FileChannel> told = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Path file = Path.of(arguments[1], arguments[2] + "-" + client);
            told.add(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }
        for (int client = 1; client < CLIENTS; client++) {
            String name = arguments[2] + "-" + client;
            FileChannel its = told.get(client);
            Thread thread = new Thread(() -> run(store, name, its, false));
            thread.setDaemon(true);
            thread.start();
        }
        run(store, arguments[2] + "-0", told.get(0), true);
    }

    private static void run(Store store, String name, FileChannel told, boolean tells) {
        try (told) {
            for (int i = 0; true; i++) {
                FsPath path = FsPath.parse("/" + name + "-" + i);
                FsPath moved = FsPath.parse("/" + name + "-" + i + "-moved");
                store.write(path, Body.of(new byte[10]), WriteOptions.DEFAULT);
                tell(told, "write " + path);
                store.move(path, moved, TransferOptions.OVERWRITE);
                tell(told, "move " + path);
                store.remove(moved, Preconditions.NONE);
                tell(told, "remove " + moved);
                store.list(FsPath.ROOT).close();
                if (tells) {
                    System.out.println(KilledProcess.STEP);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tell(FileChannel told, String what) throws IOException {
        told.write(ByteBuffer.wrap((what + "\n").getBytes(US_ASCII)));
    }
}
