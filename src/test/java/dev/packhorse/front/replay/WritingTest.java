package dev.packhorse.front.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WritingTest {

    private static final String DONE = "0\n";
    private static final String MISSING = "80820005\n";
    private static final String EXISTS = "80820018\n";
    private static final String REFUSED = "80820024\n";
    private static final String MALFORMED = "94780004\n";

    private final Device device = new Device();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(device.photo.open() + device.video.open() + device.snapshots.open())
                .isZero();
    }

    private String photo(String path) {
        return Device.text(device.photo, path);
    }

    @Test
    void aFileIsCreatedEmptyAndOnlyOnce() {
        assertThat(device.call("create", "name=\"/Photo/a b.jpg\"")).isEqualTo(DONE);
        assertThat(photo("/a b.jpg")).isEmpty();

        Device.put(device.photo, "/a b.jpg", "x");
        assertThat(device.call("create", "name=/Photo/a b.jpg")).isEqualTo(EXISTS);
        assertThat(photo("/a b.jpg")).isEqualTo("x");
    }

    @Test
    void aDirectoryIsMadeOnlyOnce() {
        assertThat(device.call("mkdir", "name=/Photo/d")).isEqualTo(DONE);
        assertThat(device.call("mkdir", "name=/Photo/d")).isEqualTo(EXISTS);
        assertThat(device.call("create", "name=/Photo/d")).isEqualTo(EXISTS);
        assertThat(device.call("create", "name=/Photo/d/f")).isEqualTo(DONE);
        assertThat(device.call("mkdir", "name=/Photo/d/f")).isEqualTo(EXISTS);
        assertThat(device.call("ls", "name=/Photo/d")).isEqualTo("0\nf\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "mkdir"})
    void nothingIsMadeWhereThereIsNoExportOrParent(String command) {
        assertThat(device.call(command, "name=/x")).isEqualTo(MISSING);
        assertThat(device.call(command, "name=/")).isEqualTo(MISSING);
        assertThat(device.call(command, "name=/Photo/none/x")).isEqualTo(MISSING);
        assertThat(device.call(command, "name=/Photo")).isEqualTo(EXISTS);
    }

    @ParameterizedTest
    @CsvSource({
        "'', ABCDE, ABCDE56789",
        "pos=0, AB, AB23456789",
        "pos=4, AB, 0123AB6789",
        "pos=010, AB, 01234567AB",
        "pos=0x9, AB, 012345678AB",
        "pos=10, AB, 0123456789AB",
        "size=2, ABCDE, AB23456789",
        "pos=8&size=3, ABCDE, 01234567ABC",
        "size=0, ABCDE, 0123456789",
        "pos=3, '', 0123456789",
        "'', ABCDEFGHIJKLM, ABCDEFGHIJKLM"
    })
    void aPartOfAFileIsWrittenAndTheRestStays(String part, String body, String expected) {
        Device.put(device.photo, "/f", "0123456789");

        assertThat(device.post(part + "&name=\"/Photo/f\"", body)).isEqualTo(DONE);
        assertThat(photo("/f")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"pos=11, AB", "pos=9223372036854775807, AB", "size=3, AB", "pos=x, AB", "size=-1, AB"})
    void whatMakesNoSenseIsNotWritten(String part, String body) {
        Device.put(device.photo, "/f", "0123456789");

        assertThat(device.post(part + "&name=/Photo/f", body)).isEqualTo(MALFORMED);
        assertThat(photo("/f")).isEqualTo("0123456789");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/Photo/none", "/Photo/d", "/Photo", "/Photo/link", "/none/f", "/"})
    void onlyAFileThatIsThereIsWritten(String name) throws FsException {
        Device.makeDirectory(device.photo, "/d");
        device.photo.link(Device.path("/link"), "none", WriteOptions.DEFAULT);

        assertThat(device.post("name=" + name, "AB")).isEqualTo(MISSING);
        assertThat(device.call("ls", "name=/Photo")).isEqualTo("0\nd\n");
    }

    @Test
    void aBodyIsNotLongerThanTheExportTakes() {
        device.exports.add(new ReplayExport("Small", FsPath.ROOT, device.photo, true, false, true, /* maxBody= */ 2));
        Device.put(device.photo, "/f", "abc");

        assertThat(device.post("name=/Small/f&pos=1", "ABC")).isEqualTo(REFUSED);
        assertThat(photo("/f")).isEqualTo("abc");
        assertThat(device.post("name=/Small/f&pos=1", "AB")).isEqualTo(DONE);
        assertThat(photo("/f")).isEqualTo("aAB");
    }

    @Test
    void writingNeedsAPostWithALength() {
        Device.put(device.photo, "/f", "0");

        assertThat(device.call("writefile", "name=/Photo/f")).isEqualTo(MALFORMED);
        assertThat(device.send(Device.request("POST", "/httpfs-writefile?name=/Photo/f")))
                .isEqualTo(MALFORMED);
        assertThat(device.send(
                        Device.request("GET", "/httpfs-writefile?name=/Photo/f").body(Body.of(new byte[1]))))
                .isEqualTo(MALFORMED);
        assertThat(photo("/f")).isEqualTo("0");
    }

    @Test
    void aBodyThatBreaksChangesNothing() {
        Device.put(device.photo, "/f", "0123456789");
        Body broken = new Body() {
            @Override
            public long length() {
                return 5;
            }

            @Override
            public InputStream open() {
                return new FilterInputStream(new ByteArrayInputStream("AB".getBytes(UTF_8))) {
                    @Override
                    public int read(byte[] target, int offset, int count) throws IOException {
                        int read = super.read(target, offset, count);
                        if (read < 0) {
                            throw new EOFException("gone");
                        }
                        return read;
                    }
                };
            }
        };

        assertThat(device.send(Device.request("POST", "/httpfs-writefile?name=/Photo/f")
                        .body(broken)))
                .isEqualTo(MALFORMED);
        assertThat(photo("/f")).isEqualTo("0123456789");
    }

    @Test
    void anOldContentThatBreaksIsTheStoresFault() {
        Device.put(device.photo, "/f", "0123456789");
        device.faulty.breakReadsAfter(3);

        assertThat(device.post("name=/Photo/f&pos=5", "AB")).isEqualTo(REFUSED);

        device.faulty.mend();
        assertThat(photo("/f")).isEqualTo("0123456789");
    }

    @Test
    void whatSomebodyElseHasChangedMeanwhileIsNotOverwritten() {
        Device.put(device.photo, "/f", "0123456789");
        Body meddling = new Body() {
            @Override
            public long length() {
                return 2;
            }

            @Override
            public InputStream open() {
                Device.put(device.faulty, "/f", "somebody else's");
                return new ByteArrayInputStream("AB".getBytes(UTF_8));
            }
        };

        assertThat(device.send(Device.request("POST", "/httpfs-writefile?name=/Photo/f")
                        .body(meddling)))
                .isEqualTo(REFUSED);
        assertThat(photo("/f")).isEqualTo("somebody else's");
    }

    @Test
    void aFileIsRemoved() {
        Device.put(device.photo, "/f", "x");

        assertThat(device.call("rm", "name=/Photo/f")).isEqualTo(DONE);
        assertThat(device.call("rm", "name=/Photo/f")).isEqualTo(MISSING);
    }

    @Test
    void aDirectoryIsRemovedWhenItIsEmptyAndAnExportNever() {
        Device.makeDirectory(device.photo, "/d");
        Device.put(device.photo, "/d/f", "x");

        assertThat(device.call("rm", "name=/Photo/d")).isEqualTo(REFUSED);
        assertThat(photo("/d/f")).isEqualTo("x");
        assertThat(device.call("rm", "name=/Photo/d/f")).isEqualTo(DONE);
        assertThat(device.call("rm", "name=/Photo/d")).isEqualTo(DONE);
        assertThat(device.call("rm", "name=/Photo")).isEqualTo(REFUSED);
        assertThat(device.call("ls", "name=/Photo")).isEqualTo(DONE);
    }

    @Test
    void aFileIsRenamedAndAnythingInTheWayStays() {
        Device.put(device.photo, "/a", "a");
        Device.put(device.photo, "/b", "b");
        Device.makeDirectory(device.photo, "/d");

        assertThat(device.call("mv", "old=/Photo/a&new=/Photo/b")).isEqualTo(EXISTS);
        assertThat(device.call("mv", "old=/Photo/a&new=/Photo/a")).isEqualTo(EXISTS);
        assertThat(device.call("mv", "old=/Photo/a&new=/Photo/d")).isEqualTo(EXISTS);
        assertThat(device.call("mv", "old=/Photo/a&new=/Photo/d/c d")).isEqualTo(DONE);
        assertThat(device.call("mv", "new=\"/Photo/e\"&old=\"/Photo/d\"")).isEqualTo(DONE);
        assertThat(photo("/e/c d")).isEqualTo("a");
        assertThat(photo("/b")).isEqualTo("b");
    }

    @Test
    void aFileMovesToAnotherExport() {
        Device.put(device.photo, "/a", "a");

        assertThat(device.call("mv", "old=/Photo/a&new=/SnapshotDir/b")).isEqualTo(DONE);
        assertThat(Device.text(device.snapshots, "/b")).isEqualTo("a");
        assertThat(device.call("ls", "name=/Photo")).isEqualTo(DONE);
    }

    @Test
    void aFileIsCopiedWithinAnExportAndToAnother() {
        Device.put(device.photo, "/a", "a");
        Device.put(device.video, "/v", "v");

        assertThat(device.call("cp", "src=/Photo/a&dest=/Photo/b")).isEqualTo(DONE);
        assertThat(device.call("cp", "src=/Photo/a&dest=/SnapshotDir/a")).isEqualTo(DONE);
        assertThat(device.callSealed("cp", "src=/Video/v&dest=/Photo/v")).isEqualTo(DONE);
        assertThat(device.call("cp", "src=/Photo/a&dest=/Photo/b")).isEqualTo(EXISTS);
        assertThat(photo("/b") + photo("/a") + photo("/v") + Device.text(device.snapshots, "/a"))
                .isEqualTo("aava");
    }

    @ParameterizedTest
    @CsvSource({"mv, old, new", "cp, src, dest"})
    void whatIsMissingIsNeitherMovedNorCopied(String command, String from, String to) {
        Device.put(device.photo, "/a", "a");

        assertThat(device.call(command, from + "=/Photo/none&" + to + "=/Photo/b"))
                .isEqualTo(MISSING);
        assertThat(device.call(command, from + "=/Photo/a&" + to + "=/Photo/none/b"))
                .isEqualTo(MISSING);
        assertThat(device.call(command, from + "=/Photo/a&" + to + "=/b")).isEqualTo(MISSING);
        assertThat(device.call(command, from + "=/Photo/a")).isEqualTo(MALFORMED);
        assertThat(device.call(command, from + "=/Photo&" + to + "=/Photo/b")).isEqualTo(REFUSED);
        assertThat(device.call("ls", "name=/Photo")).isEqualTo("0\na\n");
    }

    @Test
    void aReadOnlyExportIsNotChanged() {
        Device.put(device.video, "/v", "v");
        Device.put(device.photo, "/p", "p");
        int before = device.video.operations().size();

        for (String command : List.of("create", "mkdir", "rm")) {
            assertThat(device.callSealed(command, "name=/Video/v")).isEqualTo(REFUSED);
        }
        assertThat(device.post(Device.sealed("name=/Video/v", Device.NOW), "x")).isEqualTo(REFUSED);
        assertThat(device.callSealed("mv", "old=/Video/v&new=/Photo/v")).isEqualTo(REFUSED);
        assertThat(device.callSealed("mv", "old=/Photo/p&new=/Video/p")).isEqualTo(REFUSED);
        assertThat(device.callSealed("cp", "src=/Photo/p&dest=/Video/p")).isEqualTo(REFUSED);
        assertThat(device.video.operations()).hasSize(before);
        assertThat(photo("/p")).isEqualTo("p");
    }

    @Test
    void anEncryptedExportTakesNoPlainChange() {
        Device device = new Device();
        device.exports.add(Device.export("Safe", device.snapshots, true, true, true));

        assertThat(device.call("create", "name=/Safe/f")).isEqualTo(REFUSED);
        assertThat(device.call("cp", "src=/Photo/f&dest=/Safe/f")).isEqualTo(REFUSED);
        assertThat(device.callSealed("create", "name=/Safe/f")).isEqualTo(DONE);
    }

    @Test
    void aStoreWithoutETagsIsWrittenAllTheSame() throws FsException {
        class Tagless extends ForwardingStore {
            Tagless() {
                super(new MemoryStore(1 << 20));
            }

            @Override
            public Capabilities capabilities() {
                return super.capabilities().without(Capability.ETAGS);
            }

            @Override
            public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
                assertThat(options.preconditions().needNode()).isFalse();
                return super.write(path, body, options);
            }
        }
        Tagless store = new Tagless();
        device.exports.add(Device.export("Plain", store, true, false, true));

        assertThat(device.call("create", "name=/Plain/f")).isEqualTo(DONE);
        assertThat(device.call("mkdir", "name=/Plain/d")).isEqualTo(DONE);
        assertThat(device.post("name=/Plain/f", "AB")).isEqualTo(DONE);
        assertThat(Device.text(store, "/f")).isEqualTo("AB");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyFailureOfAChangeIsAStatusThatClientsKnow(Kind kind) {
        Device.put(device.photo, "/f", "x");
        for (String operation : List.of("write", "remove", "move", "copy", "makeDirectory")) {
            device.faulty.fail(operation, kind);
        }

        for (String answer : List.of(
                device.call("create", "name=/Photo/n"),
                device.call("mkdir", "name=/Photo/n"),
                device.call("rm", "name=/Photo/f"),
                device.call("mv", "old=/Photo/f&new=/Photo/n"),
                device.call("cp", "src=/Photo/f&dest=/Photo/n"),
                device.post("name=/Photo/f", "AB"))) {
            assertThat(answer).isIn(MISSING, EXISTS, REFUSED);
        }
        device.faulty.mend();
        assertThat(photo("/f")).isEqualTo("x");
    }
}
