package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.policy.overlay.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {

    /** Of {@code sesame}, at a cost that tests can pay. */
    private static final String SESAME = "$2b$04$abcdefghijklmnopqrstuu";

    private static final Duration NOW = Duration.ZERO;

    @TempDir
    Path folder;

    private final StillTime time = new StillTime();
    private final TestDatabase database = new TestDatabase();
    private final Map<String, String> keys = new LinkedHashMap<>();
    private InetAddress address;
    private Path users;
    private Path keyFile;
    private Identities identities;
    private Passwords passwords;
    private LoginGuard guard;
    private Authenticator authenticator;

    @BeforeEach
    void known() throws Exception {
        address = InetAddress.getByName("192.0.2.7");
        users = folder.resolve("users");
        keyFile = folder.resolve("keys");
        Path groups = folder.resolve("groups");
        Files.writeString(
                users,
                line("joe", "sesame") + line("ann", "s:e:same:") + line("eva", "gr\u00fcn\u20ac")
                        + line("ute", "gr\u00fcn") + "bot:*\n");
        Files.writeString(groups, "family: joe ann\n");
        StringBuilder lines = new StringBuilder();
        lines.append(key("full", "joe", null, null));
        lines.append(key("reader", "joe", new Caller.Scope(Right.parse("r"), Set.of("/photos")), null));
        lines.append(key("lister", "joe", new Caller.Scope(Right.parse("list"), Set.of()), null));
        lines.append(key("short", "joe", null, Duration.ofHours(1)));
        lines.append(key("bots", "bot", null, null));
        lines.append(key("orphan", "gone", null, null));
        Files.writeString(keyFile, lines);
        identities = new Identities(new IdentityFiles(users, groups, keyFile, null), time);
        identities.loadOnce();
        guard = new LoginGuard(database, LoginGuard.Limits.USUAL, time);
        passwords = new Passwords(new HashWork(2), time);
        authenticator = new Authenticator(identities, null, guard, passwords, time);
    }

    @AfterEach
    void close() throws Exception {
        identities.close();
        database.close();
    }

    private static String line(String user, String password) {
        return user + ":"
                + org.bouncycastle.crypto.generators.OpenBSDBCrypt.generate(
                        "2b", password.getBytes(UTF_8), new byte[16], 4)
                + "\n";
    }

    private String key(String id, String owner, Caller.@Nullable Scope scope, @Nullable Duration life) {
        ApiKey.Made made = ApiKey.make(
                id, owner, scope, life == null ? null : time.instant().plus(life));
        keys.put(id, made.text());
        return made.key().line() + "\n";
    }

    private String key(String id) {
        return keys.getOrDefault(id, "");
    }

    private static FakeRequest request() {
        return new FakeRequest("GET", "/fs/photos/a");
    }

    private static FakeRequest basic(String user, String password, Charset charset) {
        return request()
                .with(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(charset)));
    }

    private static FakeRequest basic(String user, String password) {
        return basic(user, password, UTF_8);
    }

    private Authentication ask(FakeRequest request) {
        return authenticator.authenticate(request, null, null, address);
    }

    private void changed() {
        identities.look();
        identities.look();
    }

    private static @Nullable Caller caller(Authentication answer) {
        return answer instanceof Authentication.Accepted accepted ? accepted.caller() : null;
    }

    private Caller joe(Caller.@Nullable Scope scope) {
        return new Caller("joe", Set.of("family"), address, scope);
    }

    @Test
    void whoShowsNothingIsAnonymous() {
        assertThat(ask(request())).isEqualTo(new Authentication.Accepted(Caller.anonymous(address)));
    }

    @Test
    void aPasswordNamesItsUserWithTheGroups() {
        assertThat(caller(ask(basic("joe", "sesame")))).isEqualTo(joe(null));
        assertThat(caller(ask(basic("ann", "s:e:same:")))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"eva,gr\u00fcn\u20ac,UTF-8", "ute,gr\u00fcn,UTF-8", "ute,gr\u00fcn,ISO-8859-1"})
    void passwordsComeInUtf8AndInLatin1(String user, String password, String charset) {
        assertThat(caller(ask(basic(user, password, Charset.forName(charset))))).isNotNull();
    }

    @Test
    void whatIsBothUtf8AndLatin1IsTriedAsBoth() throws Exception {
        // Given
        Files.writeString(users, line("joe", "\u00c3\u00bc") + line("ann", "\u00fc"));
        changed();
        // Then
        assertThat(caller(ask(basic("joe", "\u00c3\u00bc", ISO_8859_1)))).isNotNull();
        assertThat(caller(ask(basic("ann", "\u00fc", UTF_8)))).isNotNull();
    }

    @Test
    void aWrongPasswordIsRefused() {
        assertThat(ask(basic("joe", "Sesame"))).isEqualTo(new Authentication.Refused(NOW));
        assertThat(ask(basic("joe", ""))).isEqualTo(new Authentication.Refused(NOW));
        assertThat(ask(basic("nobody", "sesame"))).isEqualTo(new Authentication.Refused(NOW));
        assertThat(ask(basic("bot", "*"))).isEqualTo(new Authentication.Refused(NOW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic am9l",
                "Basic Og==",
                "Digest username=joe",
                "Negotiate abc",
                "Bearer",
                "Bearer x",
                "Bearer ph_full_",
                "Bearer ph_none_secret",
                "Bearer ..",
                "Bearer a.b.c",
                "",
                "joe:sesame",
            })
    void whatIsNoCredentialInThePlaceOfOneIsRefusedAlsoWhereNobodyWouldDo(String value) {
        assertThat(ask(request().with("Authorization", value))).isEqualTo(new Authentication.Refused(NOW));
        assertThat(database.taken()).isPositive();
        assertThat(guard.failed(address).delay()).isEqualTo(Duration.ZERO);
    }

    @Test
    void twoLinesOfAuthorizationAreRefusedEvenIfBothAreRight() {
        // Given
        String bearer = "Bearer " + key("full");
        // Then
        assertThat(ask(request().with("Authorization", bearer).with("authorization", bearer)))
                .isInstanceOf(Authentication.Refused.class);
    }

    @Test
    void aKeyIsTakenInEachOfItsPlaces() {
        Caller.Scope scope = new Caller.Scope(Right.parse("r"), Set.of("/photos"));
        assertThat(caller(ask(request().with("X-API-Key", key("full"))))).isEqualTo(joe(null));
        assertThat(caller(ask(request().with("X-Session-API-Key", key("reader")))))
                .isEqualTo(joe(scope));
        assertThat(caller(ask(request().with("Authorization", "bearer  " + key("reader")))))
                .isEqualTo(joe(scope));
        assertThat(caller(authenticator.authenticate(request(), key("reader"), null, address)))
                .isEqualTo(joe(scope));
    }

    @Test
    void aKeyWithAnotherSecretOrIdIsRefused() {
        // Given
        String right = key("full");
        String other = right.substring(0, right.length() - 1) + (right.endsWith("A") ? "E" : "A");
        // Then
        assertThat(caller(ask(request().with("X-API-Key", other)))).isNull();
        assertThat(caller(ask(request().with("X-API-Key", right.replace("ph_full_", "ph_bots_")))))
                .isNull();
        assertThat(caller(ask(request().with("X-API-Key", right.substring(3))))).isNull();
        assertThat(caller(ask(request().with("X-API-Key", "")))).isNull();
    }

    @Test
    void aKeyThatHasExpiredIsRefusedButIsNoGuess() {
        // Given
        assertThat(caller(ask(request().with("X-API-Key", key("short"))))).isNotNull();
        time.pass(Duration.ofHours(1));
        // When
        for (int i = 0; i < 50; i++) {
            assertThat(ask(request().with("X-API-Key", key("short")))).isEqualTo(new Authentication.Refused(NOW));
        }
        // Then
        assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
    }

    @Test
    void aKeyOfWhoIsNoUserIsRefused() throws Exception {
        assertThat(caller(ask(request().with("X-API-Key", key("orphan"))))).isNull();
        // When
        Files.writeString(users, line("ann", "sesame"));
        changed();
        // Then
        assertThat(caller(ask(request().with("X-API-Key", key("full"))))).isNull();
    }

    @Test
    void aRemovedKeyIsOut() throws Exception {
        // Given
        assertThat(caller(ask(request().with("X-API-Key", key("full"))))).isNotNull();
        // When
        Files.writeString(keyFile, key("bots", "bot", null, null));
        changed();
        // Then
        assertThat(caller(ask(request().with("X-API-Key", key("full"))))).isNull();
    }

    @Test
    void severalCredentialsMustNameTheSame() {
        assertThat(caller(ask(basic("joe", "sesame").with("X-API-Key", key("full")))))
                .isEqualTo(joe(null));
        assertThat(caller(ask(basic("ann", "s:e:same:").with("X-API-Key", key("full")))))
                .isNull();
        assertThat(caller(ask(request().with("X-API-Key", key("full")).with("X-Session-API-Key", key("bots")))))
                .isNull();
        assertThat(caller(authenticator.authenticate(basic("joe", "sesame"), key("bots"), null, address)))
                .isNull();
    }

    @Test
    void oneWrongCredentialSpoilsARightOne() {
        assertThat(caller(ask(basic("joe", "sesame").with("X-API-Key", "ph_full_x"))))
                .isNull();
        assertThat(caller(ask(basic("joe", "wrong").with("X-API-Key", key("full")))))
                .isNull();
    }

    @Test
    void ofTwoCredentialsTheLimitHoldsAndTwoLimitsAreRefused() {
        // Given
        Caller.Scope scope = new Caller.Scope(Right.parse("r"), Set.of("/photos"));
        // Then
        assertThat(caller(ask(basic("joe", "sesame").with("X-API-Key", key("reader")))))
                .isEqualTo(joe(scope));
        assertThat(caller(ask(request().with("X-API-Key", key("reader")).with("X-Session-API-Key", key("full")))))
                .isEqualTo(joe(scope));
        assertThat(caller(ask(request().with("X-API-Key", key("reader")).with("X-Session-API-Key", key("reader")))))
                .isEqualTo(joe(scope));
        assertThat(caller(ask(request().with("X-API-Key", key("reader")).with("X-Session-API-Key", key("lister")))))
                .isNull();
    }

    @Test
    void aCertificateNamesAUserOrNobody() {
        assertThat(caller(authenticator.authenticate(request(), null, "joe", address)))
                .isEqualTo(joe(null));
        assertThat(caller(authenticator.authenticate(request(), null, "bot", address)))
                .isNotNull();
        assertThat(caller(authenticator.authenticate(request(), null, "stranger", address)))
                .isEqualTo(Caller.anonymous(address));
        assertThat(caller(authenticator.authenticate(request(), null, "family", address)))
                .isEqualTo(Caller.anonymous(address));
        assertThat(caller(authenticator.authenticate(basic("joe", "sesame"), null, "joe", address)))
                .isEqualTo(joe(null));
        assertThat(caller(authenticator.authenticate(basic("joe", "sesame"), null, "ann", address)))
                .isNull();
        assertThat(caller(authenticator.authenticate(basic("joe", "sesame"), null, "stranger", address)))
                .isEqualTo(joe(null));
        assertThat(caller(authenticator.authenticate(basic("joe", "wrong"), null, "joe", address)))
                .isNull();
    }

    @Test
    void anUnknownUserCostsAsManyHashesAsAKnownOne() {
        for (String password : new String[] {"wrong", "gr\u00fcn", "gr\u00fcn\u20ac"}) {
            long before = passwords.computed();
            ask(basic("joe", password));
            long known = passwords.computed() - before;
            ask(basic("nobody", password));
            long unknown = passwords.computed() - before - known;
            ask(basic("bot", password));
            long without = passwords.computed() - before - known - unknown;
            assertThat(known).isPositive().isEqualTo(unknown).isEqualTo(without);
        }
    }

    @Test
    void anOverlongPasswordCostsNothing() {
        // When
        assertThat(caller(ask(basic("joe", "x".repeat(513))))).isNull();
        // Then
        assertThat(passwords.computed()).isZero();
    }

    @Test
    void aRightPasswordIsRememberedForAMinute() {
        // Given
        ask(basic("joe", "sesame"));
        // When
        for (int i = 0; i < 100; i++) {
            assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
        }
        // Then
        assertThat(passwords.computed()).isEqualTo(1);
        time.pass(Duration.ofSeconds(61));
        ask(basic("joe", "sesame"));
        assertThat(passwords.computed()).isEqualTo(2);
    }

    @Test
    void aWrongPasswordIsNotRememberedNorIsARightOneOfSomebodyElse() {
        // Given
        ask(basic("joe", "sesame"));
        // When
        ask(basic("joe", "wrong"));
        ask(basic("joe", "wrong"));
        ask(basic("ute", "sesame"));
        // Then
        assertThat(passwords.computed()).isEqualTo(4);
    }

    @Test
    void aChangedPasswordAndARemovedUserAreNotRemembered() throws Exception {
        // Given
        assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
        // When
        Files.writeString(users, line("joe", "other"));
        changed();
        // Then
        assertThat(caller(ask(basic("joe", "sesame")))).isNull();
        Files.writeString(users, line("ann", "other"));
        changed();
        assertThat(caller(ask(basic("joe", "other")))).isNull();
    }

    @Test
    void failuresDelayAnswersThenBarTheAddressBeforeAHashIsComputed() {
        // Given
        Duration[] delays = new Duration[20];
        for (int i = 0; i < 20; i++) {
            Authentication answer = ask(basic("joe", "wrong"));
            delays[i] = answer instanceof Authentication.Refused refused ? refused.delay() : Duration.ofDays(1);
        }
        assertThat(delays[4]).isEqualTo(NOW);
        assertThat(delays[5]).isEqualTo(Duration.ofMillis(250));
        assertThat(delays[9]).isEqualTo(Duration.ofSeconds(4));
        assertThat(delays[18]).isEqualTo(Duration.ofSeconds(4));
        // When
        long before = passwords.computed();
        Authentication right = ask(basic("joe", "sesame"));
        // Then
        assertThat(right).isEqualTo(new Authentication.Later(Duration.ofMinutes(15)));
        assertThat(ask(request().with("X-API-Key", key("full")))).isInstanceOf(Authentication.Later.class);
        assertThat(passwords.computed()).isEqualTo(before);
        assertThat(caller(ask(request()))).isEqualTo(Caller.anonymous(address));
        assertThat(caller(authenticator.authenticate(request(), null, "joe", address)))
                .isEqualTo(joe(null));
        time.pass(Duration.ofMinutes(15));
        assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
    }

    @Test
    void anAddressIsBarredForItselfOnly() throws Exception {
        // Given
        for (int i = 0; i < 20; i++) {
            ask(basic("joe", "wrong"));
        }
        // When
        address = InetAddress.getByName("192.0.2.8");
        // Then
        assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
    }

    @Test
    void aRightPasswordIsNotHeldBackAndErasesNothing() {
        // Given
        for (int i = 0; i < 19; i++) {
            ask(basic("joe", "wrong"));
        }
        // When
        assertThat(caller(ask(basic("joe", "sesame")))).isNotNull();
        ask(basic("joe", "wrong"));
        // Then
        assertThat(ask(basic("joe", "sesame"))).isInstanceOf(Authentication.Later.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-|-",
                "a=b|-",
                "token=abc|abc",
                "op=list&token=a%2Bb+c&x|a+b+c",
                "tok%65n=abc|abc",
                "mytoken=abc|-",
                "token=%2525|%25",
                "token|''",
                "token=|''",
                "token=a&token=a|''",
                "token=a&token=b|''",
                "token=%zz|''",
                "token=%ff|''",
            })
    void theTokenOfAQueryIsDecodedOnce(@Nullable String query, @Nullable String token) {
        assertThat(Authenticator.token(query)).isEqualTo(token);
    }

    @Test
    void anEmptyTokenIsAWrongOne() {
        assertThat(authenticator.authenticate(request(), "", null, address)).isInstanceOf(Authentication.Refused.class);
    }

    @Test
    void noSecretIsInALogOrInWhatAnythingSays() throws IOException {
        // Given
        String[] secrets = {"sesame", key("full"), key("full").substring(8), "canary-password", "eyJhbGciOiJub25lIn0"};
        try (RecordedLog log = new RecordedLog("", Level.ALL)) {
            // When
            ask(basic("joe", "sesame"));
            ask(basic("joe", "canary-password"));
            ask(request().with("X-API-Key", key("full")));
            ask(request().with("X-API-Key", key("full") + "canary-password"));
            ask(request().with("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."));
            Files.writeString(users, "joe:canary-password\n");
            changed();
            changed();
            // Then
            assertThat(log.records("dev.packhorse")).isNotEmpty();
            for (LogRecord each : log.records()) {
                StringBuilder said = new StringBuilder(String.valueOf(each.getMessage()));
                for (Object parameter : each.getParameters() == null ? new Object[0] : each.getParameters()) {
                    said.append(parameter);
                }
                for (Throwable cause = each.getThrown(); cause != null; cause = cause.getCause()) {
                    said.append(cause);
                }
                assertThat(said.toString()).doesNotContain(secrets);
            }
        }
        for (Shown shown : Shown.of(basic("joe", "sesame").with("X-API-Key", key("full")), "a.b.c")) {
            assertThat(shown.toString()).doesNotContain(secrets).doesNotContain("a.b.c");
        }
        assertThat(identities.current().keys().toString()).doesNotContain(secrets);
        assertThat(String.valueOf(identities.current().user("joe"))).doesNotContain(SESAME);
    }

    @Test
    void whateverHeadersComeOnlyWhatIsRightIsAccepted() {
        // Given
        Random random = new Random(11);
        String[] pieces = {
            "Basic",
            "Bearer",
            " ",
            ":",
            "am9lOnNlc2FtZ",
            "ph_",
            "full",
            "_",
            ".",
            "=",
            "\u00ff",
            "\u0000",
            ",",
            "joe",
            "\t"
        };
        guard = new LoginGuard(
                database, new LoginGuard.Limits(5, Duration.ofMinutes(1), Integer.MAX_VALUE, Duration.ZERO), time);
        authenticator = new Authenticator(identities, null, guard, passwords, time);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder value = new StringBuilder();
            for (int left = random.nextInt(8); left > 0; left--) {
                value.append(pieces[random.nextInt(pieces.length)]);
            }
            String header = new String[] {"Authorization", "X-API-Key", "X-Session-API-Key"}[random.nextInt(3)];
            // When
            Authentication answer = ask(request().with(header, value.toString()));
            // Then
            assertThat(answer).isInstanceOf(Authentication.Refused.class);
        }
    }
}
