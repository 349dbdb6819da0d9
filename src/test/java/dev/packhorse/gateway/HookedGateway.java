package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.KilledProcess;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.local.Durability;
import dev.packhorse.store.local.LocalStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A gateway into whose folder webhooks are mirrored at {@code /openhands-webhook/ordered}; as a process it says so after each request
 * that it has answered. What is written ends with a number, and a path that gets a lower one than it has makes a file {@value #LATE}.
 */
final class HookedGateway {

    /** Tells that something came out of order. */
    static final String LATE = "late";

    private HookedGateway() {}

    static TestGateway start(Path folder, int port) throws Exception {
        TestGateway gateway = new TestGateway(folder, TestGateway.on(port));
        // A kill is no power cut.
        Store store = LocalStore.open(mirror(folder), new LocalStore.Options(Durability.NONE));
        gateway.export("/ordered", Map.of("protocols", "openhands-webhook"), new Ordered(store));
        return gateway;
    }

    /** Where the files are. */
    static Path mirror(Path folder) throws IOException {
        return Files.createDirectories(folder.resolve("mirror"));
    }

    /** Arguments: the folder of the gateway, its port. */
    public static void main(String[] arguments) throws Exception {
        TestGateway gateway = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        gateway.observe((exchange, status, received, sent, nanos) -> System.out.println(KilledProcess.STEP));
        Thread.currentThread().join();
    }

    private static final class Ordered extends ForwardingStore {

        Ordered(Store delegate) {
            super(delegate);
        }

        @Override
        public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
            try (InputStream in = body.open()) {
                String text = new String(in.readAllBytes(), UTF_8);
                String there = text(path);
                if (number(text) < number(there)) {
                    super.write(FsPath.ROOT.child(LATE), Body.of((there + " < " + text).getBytes(UTF_8)), options);
                }
                return super.write(path, Body.of(text.getBytes(UTF_8)), options);
            } catch (FsException e) {
                throw e;
            } catch (IOException e) {
                throw new FsException(FsException.Kind.IO, "write", path, e);
            }
        }

        private String text(FsPath path) throws IOException {
            try (Content content = read(path);
                    InputStream in = content.body().open()) {
                return new String(in.readAllBytes(), UTF_8);
            } catch (FsException e) {
                if (e.kind() == FsException.Kind.NOT_FOUND) {
                    return "-1";
                }
                throw e;
            }
        }

        private static long number(String text) {
            return Long.parseLong(text.substring(text.lastIndexOf(' ') + 1));
        }
    }
}
