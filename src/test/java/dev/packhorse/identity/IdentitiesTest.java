package dev.packhorse.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.logging.Level;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentitiesTest {

    private static final String HASH = "$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O";

    @TempDir
    Path folder;

    private final StillTime time = new StillTime();
    private Path users;
    private Path groups;
    private Identities identities;
    private RecordedLog log;

    @BeforeEach
    void load() throws Exception {
        users = folder.resolve("users");
        groups = folder.resolve("groups");
        Files.writeString(users, "joe:" + HASH + "\nann:" + HASH + "\n");
        Files.writeString(groups, "family: joe ann\n");
        identities = new Identities(new IdentityFiles(users, groups, null, null), time);
        identities.loadOnce();
        log = new RecordedLog(Identities.class.getName(), Level.INFO);
    }

    @AfterEach
    void close() {
        log.close();
        identities.close();
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            time.pass(Duration.ofMillis(Identities.LOOK_MILLIS));
            identities.look();
        }
    }

    private long warnings() {
        return log.records().stream()
                .filter(each -> each.getLevel().intValue() == Level.WARNING.intValue())
                .count();
    }

    @Test
    void usersAndGroupsAreKnownAndNothingElse() {
        assertThat(identities.knows("joe")).isTrue();
        assertThat(identities.knows("family")).isTrue();
        assertThat(identities.knows("Joe")).isFalse();
        assertThat(identities.knows("oidc:joe")).isFalse();
        assertThat(identities.knows("")).isFalse();
    }

    @Test
    void aRemovedUserIsOutAfterTwoLooks() throws Exception {
        // Given
        Files.writeString(users, "joe:" + HASH + "\n");
        // When
        look(2);
        // Then
        assertThat(identities.knows("ann")).isFalse();
        assertThat(identities.knows("joe")).isTrue();
        assertThat(2 * Identities.LOOK_MILLIS).isLessThan(2_000);
    }

    @Test
    void aRunningGatewaySeesAChangeByItself() throws Exception {
        try (Identities running =
                new Identities(new IdentityFiles(users, groups, null, null), InstantSource.system())) {
            running.load();
            // When
            Files.writeString(users, "bob:" + HASH + "\n");
            // Then
            await().atMost(Duration.ofSeconds(20)).until(() -> running.knows("bob") && !running.knows("joe"));
        }
    }

    @Test
    void oneLookIsNotEnough() throws Exception {
        // Given
        Files.writeString(users, "joe:" + HASH + "\n");
        // When
        look(1);
        // Then
        assertThat(identities.knows("ann")).isTrue();
    }

    @Test
    void aFileThatIsStillGrowingIsNotRead() throws Exception {
        // Given
        Files.writeString(users, "");
        look(1);
        for (int i = 0; i < 10; i++) {
            // When
            Files.writeString(users, "user" + i + ":" + HASH + "\n", StandardOpenOption.APPEND);
            look(1);
            // Then
            assertThat(identities.knows("joe")).isTrue();
            assertThat(identities.knows("user0")).isFalse();
        }
        look(1);
        assertThat(identities.knows("user9")).isTrue();
        assertThat(identities.knows("joe")).isFalse();
        assertThat(warnings()).isZero();
    }

    @Test
    void aLineThatIsCutOffChangesNothingAndIsSaidOnce() throws Exception {
        // Given
        Files.writeString(users, "bob:" + HASH + "\njoe:" + HASH.substring(0, 30) + "\n");
        // When
        look(20);
        // Then
        assertThat(identities.knows("ann")).isTrue();
        assertThat(identities.knows("bob")).isFalse();
        assertThat(warnings()).isEqualTo(1);
        assertThat(log.records().get(0).getMessage() + log.records().get(0)).doesNotContain(HASH.substring(8, 20));
    }

    @Test
    void aFileThatEndsWithinALineMustStandForSomeTime() throws Exception {
        // Given
        Files.writeString(groups, "family: joe\nguests: an");
        // When
        look(2);
        // Then
        assertThat(identities.knows("guests")).isFalse();
        Files.writeString(groups, "family: joe\nguests: ann\n");
        look(2);
        assertThat(identities.knows("guests")).isTrue();
        Files.writeString(groups, "family: joe\nothers: ann");
        look(2);
        time.pass(Duration.ofSeconds(Identities.PATIENCE_SECONDS));
        look(1);
        assertThat(identities.knows("others")).isTrue();
    }

    @Test
    void anEmptiedFileLocksNobodyOutUntilItHasStoodForSomeTime() throws Exception {
        // Given
        Files.writeString(users, "");
        // When
        look(4);
        // Then
        assertThat(identities.knows("joe")).isTrue();
        time.pass(Duration.ofSeconds(Identities.PATIENCE_SECONDS));
        look(1);
        assertThat(identities.knows("joe")).isFalse();
    }

    @Test
    void aFileThatIsTruncatedAndWrittenAgainIsNeverSeenEmpty() throws Exception {
        // Given
        try (OutputStream out = Files.newOutputStream(users)) {
            look(3);
            assertThat(identities.knows("joe")).isTrue();
            // When
            out.write(("joe:" + HASH + "\nbob:" + HASH + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        look(2);
        // Then
        assertThat(identities.knows("joe")).isTrue();
        assertThat(identities.knows("bob")).isTrue();
        assertThat(identities.knows("ann")).isFalse();
    }

    @Test
    void aFileThatIsRenamedIntoPlaceIsSeenWithTheSameSizeAndTime() throws Exception {
        // Given
        Path fresh = folder.resolve("fresh");
        Files.writeString(fresh, "joe:" + HASH + "\nbob:" + HASH + "\n");
        Files.setLastModifiedTime(fresh, Files.getLastModifiedTime(users));
        assertThat(Files.size(fresh)).isEqualTo(Files.size(users));
        // When
        Files.move(fresh, users, StandardCopyOption.ATOMIC_MOVE);
        look(2);
        // Then
        assertThat(identities.knows("bob")).isTrue();
        assertThat(identities.knows("ann")).isFalse();
    }

    @Test
    void garbageChangesNothingAndItsMendingIsSeen() throws Exception {
        // Given
        Files.write(users, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 10});
        look(3);
        assertThat(identities.knows("joe")).isTrue();
        assertThat(warnings()).isEqualTo(1);
        // When
        Files.writeString(users, "bob:" + HASH + "\n");
        look(2);
        // Then
        assertThat(identities.knows("bob")).isTrue();
        Files.write(users, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 10});
        look(3);
        assertThat(warnings()).isEqualTo(2);
    }

    @Test
    void aFileThatIsGoneOrCannotBeReadChangesNothing() throws Exception {
        // Given
        Files.delete(users);
        look(3);
        assertThat(identities.knows("joe")).isTrue();
        assertThat(warnings()).isEqualTo(1);
        // When
        Files.createDirectory(users);
        look(3);
        // Then
        assertThat(identities.knows("joe")).isTrue();
        assertThat(warnings()).isEqualTo(2);
        Files.delete(users);
        Files.writeString(users, "bob:" + HASH + "\n");
        look(2);
        assertThat(identities.knows("joe")).isFalse();
    }

    @Test
    void twoFilesAreReadTogetherOrNotAtAll() throws Exception {
        // Given
        Files.writeString(users, "joe:" + HASH + "\nfamily:" + HASH + "\n");
        // When
        look(3);
        // Then
        assertThat(identities.knows("ann")).isTrue();
        Files.writeString(groups, "kin: joe\n");
        look(2);
        assertThat(identities.knows("ann")).isFalse();
        assertThat(identities.current().isUser("family")).isTrue();
    }

    @Test
    void aBadFileStopsTheStart() throws Exception {
        // Given
        Files.writeString(users, "joe:hunter2\n");
        try (Identities bad = new Identities(new IdentityFiles(users, null, null, null), time)) {
            // Then
            assertThatIOException().isThrownBy(bad::load).withMessageContaining("line 1: user joe: ");
            assertThat(bad.knows("joe")).isFalse();
        }
        try (Identities missing = new Identities(new IdentityFiles(folder.resolve("none"), null, null, null), time)) {
            assertThatIOException().isThrownBy(missing::load).withMessage(folder.resolve("none") + " is not there");
        }
    }

    @Test
    void anSshKeyLeadsToItsUserWhileThatIsOne() throws Exception {
        // Given
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair joes = generator.generateKeyPair();
        KeyPair nobodys = generator.generateKeyPair();
        Path keys = folder.resolve("ssh-keys");
        Files.writeString(keys, "joe " + PublicKeyEntry.toString(joes.getPublic()) + " laptop\n");
        try (Identities known = new Identities(new IdentityFiles(users, null, null, keys), time)) {
            known.loadOnce();
            // Then
            assertThat(known.userOf(joes.getPublic())).isEqualTo("joe");
            assertThat(known.userOf(nobodys.getPublic())).isNull();
            // When
            Files.writeString(users, "ann:" + HASH + "\n");
            known.look();
            known.look();
            assertThat(known.userOf(joes.getPublic())).isNull();
        }
    }

    @Test
    void weakSshKeysAreRefused() throws Exception {
        // Given
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        Path keys = folder.resolve("ssh-keys");
        Files.writeString(
                keys,
                "joe " + PublicKeyEntry.toString(generator.generateKeyPair().getPublic()) + "\n");
        try (Identities weak = new Identities(new IdentityFiles(null, null, null, keys), time)) {
            // Then
            assertThatIOException().isThrownBy(weak::load).withMessageContaining("below 2048 bits");
        }
    }
}
