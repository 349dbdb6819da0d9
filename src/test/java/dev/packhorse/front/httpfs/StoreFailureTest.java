package dev.packhorse.front.httpfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a store cannot do, and how its failures look from outside. */
class StoreFailureTest {

    /** Notes what it is asked for, and adds or takes away change timestamps. */
    private static final class Noting extends ForwardingStore {
        final List<Preconditions> preconditions = new ArrayList<>();
        private final boolean ordered;

        Noting(boolean ordered) {
            super(new MemoryStore(1 << 20));
            this.ordered = ordered;
        }

        @Override
        public Capabilities capabilities() {
            return ordered
                    ? delegate().capabilities().with(Capability.CHANGE_TIMESTAMPS)
                    : delegate().capabilities().without(Capability.CHANGE_TIMESTAMPS);
        }

        @Override
        public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
            preconditions.add(options.preconditions());
            return super.write(
                    path,
                    body,
                    new WriteOptions(
                            options.attributes(), options.preconditions().withoutChangeTimestamp()));
        }

        @Override
        public void remove(FsPath path, Preconditions must) throws FsException {
            preconditions.add(must);
            super.remove(path, must.withoutChangeTimestamp());
        }

        @Override
        public Node stat(FsPath path) throws FsException {
            return super.stat(path).withChangeTimestamp(1_641_024_000_123_456L);
        }
    }

    @Test
    void aChangeTimestampIsHandedOnAndComesBack() {
        Noting store = new Noting(true);
        Client client = new Client(store, HttpfsOptions.DEFAULT);

        client.put("/f", "x", "Change-Timestamp", "42");
        client.tar(
                "/",
                new Tar()
                        .raw("a", '0', new byte[0])
                        .records('x', "Change-Timestamp", "7")
                        .raw("b", '0', new byte[0])
                        .end(),
                "Change-Timestamp",
                "43");
        client.send("DELETE", "/f", "Change-Timestamp", "44");

        assertThat(store.preconditions)
                .extracting(Preconditions::changeTimestamp)
                .containsExactly(42L, 43L, 7L, 44L);
        assertThat(client.head("/a").header("Change-Timestamp")).isEqualTo("1641024000123456");
        assertThat(client.get("/:").text()).contains("\r\nChange-Timestamp: 1641024000123456\r\n");
    }

    @Test
    void aChangeTimestampIsReadAndDroppedWhereTheStoreKeepsNone() {
        Noting store = new Noting(false);
        Client client = new Client(store, HttpfsOptions.DEFAULT);

        assertThat(client.put("/f", "x", "Change-Timestamp", "42").line()).isEqualTo("200 OK");
        assertThat(client.put("/f", "x", "Change-Timestamp", "soon").status()).isEqualTo(400);

        assertThat(store.preconditions).containsExactly(Preconditions.NONE);
    }

    @Test
    void metadataThatAStoreCannotKeepIsDropped() {
        List<AttributeChange> given = new ArrayList<>();
        Store bare = new ForwardingStore(new MemoryStore(1 << 20)) {
            @Override
            public Capabilities capabilities() {
                return super.capabilities()
                        .without(Capability.OWNER)
                        .without(Capability.MODE)
                        .without(Capability.MEDIA_TYPE);
            }

            @Override
            public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
                given.add(options.attributes());
                return super.write(path, body, options);
            }
        };
        Client client = new Client(bare, HttpfsOptions.DEFAULT);

        assertThat(client.put("/f", "x", "Content-Ownership", "1:2", "Content-Mode", "384", "Content-Type", "a/b")
                        .line())
                .isEqualTo("200 OK");
        assertThat(client.send("PATCH", "/f", "Content-Ownership", "1:2").line())
                .isEqualTo("200 OK");
        assertThat(given).containsExactly(AttributeChange.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND,404,Object Not Found",
        "ALREADY_EXISTS,412,Destination Exists",
        "IS_A_DIRECTORY,409,Is A Directory",
        "NOT_A_DIRECTORY,409,Not A Directory",
        "NOT_EMPTY,409,Directory Not Empty",
        "PERMISSION_DENIED,403,Forbidden",
        "INVALID_NAME,400,Invalid Name",
        "PRECONDITION_FAILED,412,Precondition Failed",
        "STALE,412,Change-Timestamp Too Old",
        "UNSUPPORTED,501,Not Supported By This Store",
        "TOO_LARGE,413,Too Large",
        "NO_SPACE,507,No Space Left",
        "BUSY,409,Conflict",
        "TIMEOUT,504,Store Timed Out",
        "UNAVAILABLE,503,Store Unavailable",
        "IO,502,Store Failed"
    })
    void everyKindOfFailureHasItsAnswerAndNothingOfTheBackEnd(FsException.Kind kind, int status, String line) {
        Store failing = new ForwardingStore(new MemoryStore(1 << 20)) {
            @Override
            public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
                throw new FsException(kind, "write", path, new IllegalStateException("secret of 10.0.0.1"));
            }
        };
        Client client = new Client(failing, HttpfsOptions.DEFAULT);

        assertThat(client.put("/f", "x").line()).isEqualTo(status + " " + line);
        assertThat(client.tar("/", Tar.of(Tar.entry("d/", '5', 0), Tar.file("f")))
                        .line())
                .isEqualTo(
                        kind == FsException.Kind.NOT_FOUND
                                ? "409 + /fs/files/d\nNot A Directory"
                                : status + " + /fs/files/d\n" + line);
    }

    @Test
    void corsIsOnEveryAnswer() {
        Client client = new Client(
                new MemoryStore(1 << 20),
                new HttpfsOptions(
                        SymlinkMode.DECIMAL,
                        HttpfsOptions.cors(java.util.Set.of("https://app")),
                        100,
                        null,
                        HttpfsOptions.DEFAULT.workers()));

        assertThat(client.get("/absent", "Origin", "https://app").header("Access-Control-Allow-Origin"))
                .isEqualTo("https://app");
        assertThat(client.get("/", "Origin", "https://app").header("Access-Control-Expose-Headers"))
                .contains("Content-Mode", "Content-Modified", "Content-Ownership", "Change-Timestamp", "ETag");
        assertThat(client.send("OPTIONS", "/x", "Origin", "https://app", "Access-Control-Request-Method", "MOVE")
                        .header("Access-Control-Allow-Methods"))
                .contains("MOVE", "COPY", "PATCH");
    }
}
