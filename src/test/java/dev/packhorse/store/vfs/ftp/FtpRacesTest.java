package dev.packhorse.store.vfs.ftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two callers of one store, of whom the second comes at the worst moment of the first. */
@Timeout(60)
class FtpRacesTest {

    private static final Instant CHANGED = Instant.parse("2002-02-02T02:02:02Z");
    private static final Preconditions UNMODIFIED = new Preconditions(null, null, CHANGED, null);

    private static final Body TEN = Body.of(new byte[10]);

    private final ExecutorService second = Executors.newSingleThreadExecutor();

    @SuppressWarnings("NullAway.Init")
    private ScriptedServer server;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        server.says("FEAT", "211-Features\r\n MLST type*;size*;\r\n MFMT\r\n211 End");
        server.says("MFMT", "213 fine");
        server.facts.put("/a", "type=file;size=5;");
        server.on("STOR", (client, argument) -> {
            client.say("150 go on");
            try (Socket data = client.data()) {
                int size = data.getInputStream().readAllBytes().length;
                server.facts.put(argument, "type=file;size=" + size + ";");
            }
            client.say("226 got it");
        });
        store = server.open();
    }

    @AfterEach
    void stop() throws IOException {
        second.shutdownNow();
        store.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELE", "MFMT"})
    void nothingIsReplacedBetweenALookAndAChange(String verb) throws Exception {
        Future<?> written = onFirstLook("/a", () -> write("/a"));
        if (verb.equals("DELE")) {
            store.remove(path("/a"), UNMODIFIED);
        } else {
            store.change(path("/a"), new AttributeChange(null, CHANGED, null, null), UNMODIFIED);
        }
        written.get();
        assertThat(server.heard.stream().filter(line -> line.matches("(DELE|MFMT .*|RNTO) /a")))
                .hasSize(2)
                .last()
                .isEqualTo("RNTO /a");
    }

    @Test
    void oneOfTwoMakesADirectory() throws Exception {
        WriteOptions fresh = WriteOptions.of(Preconditions.MUST_NOT_EXIST);
        server.on("MKD", (client, argument) -> {
            server.facts.put(argument, "type=dir;");
            client.say("257 made");
        });
        Future<?> other = onFirstLook("/d", () -> store.makeDirectory(path("/d"), fresh));
        assertThat(store.makeDirectory(path("/d"), fresh).isDirectory()).isTrue();
        assertThatThrownBy(other::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        FsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(FsException.Kind.PRECONDITION_FAILED));
    }

    /** What a caller does with {@code /d/a} there: fails, or gives something else, if it is not. */
    enum Look {
        LIST {
            @Override
            Object with(Store store) throws FsException {
                return found(store.list(path("/d")));
            }
        },
        WALK {
            @Override
            Object with(Store store) throws FsException {
                return found(store.walk(path("/d")));
            }
        },
        WALK_ABOVE {
            @Override
            Object with(Store store) throws FsException {
                return found(store.walk(FsPath.ROOT));
            }
        },
        COPY {
            @Override
            Object with(Store store) throws FsException {
                return store.copy(path("/d/a"), path("/c"), TransferOptions.CREATE_NEW);
            }
        },
        COPY_ABOVE {
            @Override
            Object with(Store store) throws FsException {
                store.copy(path("/d"), path("/c"), TransferOptions.CREATE_NEW);
                return store.stat(path("/c/a"));
            }
        },
        MOVE {
            @Override
            Object with(Store store) throws FsException {
                return store.move(path("/d/a"), path("/c"), TransferOptions.CREATE_NEW);
            }
        },
        WRITE {
            @Override
            Object with(Store store) throws FsException {
                Preconditions there = new Preconditions(EtagMatch.ANY, null, null, null);
                return store.write(path("/d/a"), TEN, WriteOptions.of(there));
            }
        };

        abstract Object with(Store store) throws FsException;

        private static Node found(Listing listing) throws FsException {
            try (listing) {
                Node node = listing.next();
                while (node != null && !node.path().equals(path("/d/a"))) {
                    node = listing.next();
                }
                if (node == null) {
                    throw new FsException(FsException.Kind.NOT_FOUND, "list", path("/d/a"));
                }
                return node;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodySeesThatAReplacementTakesTwoSteps(Look look) throws Exception {
        server.facts.put("/d", "type=dir;");
        server.facts.put("/d/a", "type=file;size=10;");
        CountDownLatch begun = new CountDownLatch(1);
        Future<Object> other = after(begun, () -> look.with(store));
        renamesWithoutReplacing(() -> {
            begun.countDown();
            awaitBriefly(other::isDone);
        });
        write("/d/a");
        assertThat(other.get()).isNotNull();
    }

    @Test
    void nobodySeesThatADirectoryGivesWayToAnother() throws Exception {
        for (String directory : new String[] {"/d", "/d/a", "/s"}) {
            server.facts.put(directory, "type=dir;");
        }
        CountDownLatch begun = new CountDownLatch(1);
        Future<Object> other = after(begun, () -> Look.LIST.with(store));
        renamesWithoutReplacing(() -> {});
        server.on("RMD", (client, argument) -> {
            server.facts.remove(argument);
            begun.countDown();
            awaitBriefly(other::isDone);
            client.say("250 gone");
        });
        store.move(path("/s"), path("/d/a"), TransferOptions.OVERWRITE);
        assertThat(other.get()).isNotNull();
    }

    @Test
    void whoHasWrittenFindsAFileAlsoIfAnotherReplacesIt() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch gap = new CountDownLatch(1);
        Future<Object> other = after(written, () -> write("/b"));
        renamesWithoutReplacing(() -> {
            gap.countDown();
            awaitBriefly(() -> false);
        });
        server.on("MLST", (client, argument) -> {
            if (argument.equals("/b") && server.facts.containsKey("/b") && written.getCount() > 0) {
                written.countDown();
                awaitBriefly(() -> gap.getCount() == 0);
            }
            tell(client, argument, server.facts.get(argument));
        });
        write("/b");
        other.get();
        assertThat(gap.getCount()).isZero();
    }

    /** A server that lists what it has, and does something as it puts a file aside. */
    private void renamesWithoutReplacing(Step meanwhile) {
        Map<ScriptedServer.Conversation, String> from = new ConcurrentHashMap<>();
        server.on("RNFR", (client, argument) -> {
            from.put(client, argument);
            client.say("350 to where");
        });
        server.on("RNTO", (client, argument) -> {
            if (server.facts.containsKey(argument)) {
                client.say("553 there is one");
                return;
            }
            server.facts.put(argument, server.facts.remove(from.get(client)));
            if (argument.endsWith(".old")) {
                meanwhile.take();
            }
            client.say("250 renamed");
        });
        server.on("MKD", (client, argument) -> {
            server.facts.put(argument, "type=dir;");
            client.say("257 made");
        });
        server.on("MLSD", (client, argument) -> {
            client.say("150 here it comes");
            try (Socket data = client.data()) {
                String lines = server.facts.entrySet().stream()
                        .filter(each -> each.getKey().matches((argument + "/").replace("//", "/") + "[^/]+"))
                        .map(each -> each.getValue() + each.getKey().replaceFirst(".*/", " ") + "\r\n")
                        .collect(Collectors.joining());
                data.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
            }
            client.say("226 all");
        });
        server.sends("RETR", new byte[10], "226 all");
    }

    interface Step {
        void take() throws IOException;
    }

    /**
     * Has the second caller begin when the server is asked about a path for the first time. The answer tells of before.
     * It comes when the second has ended, or after a while in which it could not.
     */
    private <T> Future<T> onFirstLook(String path, Callable<T> call) {
        CountDownLatch begun = new CountDownLatch(1);
        Future<T> other = after(begun, call);
        server.on("MLST", (client, argument) -> {
            String known = server.facts.get(argument);
            if (argument.equals(path) && begun.getCount() > 0) {
                begun.countDown();
                awaitBriefly(other::isDone);
            }
            tell(client, argument, known);
        });
        return other;
    }

    private <T> Future<T> after(CountDownLatch begun, Callable<T> call) {
        return second.submit(() -> {
            begun.await();
            return call.call();
        });
    }

    private static void tell(ScriptedServer.Conversation client, String path, @Nullable String known)
            throws IOException {
        client.say(known == null ? "550 no" : "250-\r\n " + known + " " + path + "\r\n250 End");
    }

    private static void awaitBriefly(BooleanSupplier condition) throws IOException {
        long end = System.nanoTime() + 500_000_000;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    private Object write(String path) throws FsException {
        return store.write(path(path), TEN, WriteOptions.DEFAULT);
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }
}
