package dev.packhorse.store.vfs.ftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two callers of one store, of whom the second comes at the worst moment of the first. */
@Timeout(60)
class FtpRacesTest {

    private static final Instant CHANGED = Instant.parse("2002-02-02T02:02:02Z");
    private static final Preconditions UNMODIFIED = new Preconditions(null, null, CHANGED, null);

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
        Future<?> written = onFirstLook("/a", () -> write("/a"), "RNTO /a");
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
        Future<?> other = onFirstLook("/d", () -> store.makeDirectory(path("/d"), fresh), "MKD /d");
        assertThat(store.makeDirectory(path("/d"), fresh).isDirectory()).isTrue();
        assertThatThrownBy(other::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        FsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(FsException.Kind.PRECONDITION_FAILED));
    }

    /**
     * Has the second caller begin when the server is asked about a path for the first time. The answer tells of before. It
     * comes when the second has sent a command, or after a while in which it could not.
     */
    private <T> Future<T> onFirstLook(String path, Callable<T> call, String command) {
        CountDownLatch begun = new CountDownLatch(1);
        Future<T> other = second.submit(() -> {
            begun.await();
            return call.call();
        });
        server.on("MLST", (client, argument) -> {
            String known = server.facts.get(argument);
            if (argument.equals(path) && begun.getCount() > 0) {
                begun.countDown();
                awaitBriefly(() -> server.heard.contains(command));
            }
            client.say(known == null ? "550 no" : "250-\r\n " + known + " " + argument + "\r\n250 End");
        });
        return other;
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
        return store.write(path(path), Body.of(new byte[10]), WriteOptions.DEFAULT);
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }
}
