package dev.packhorse.policy.access;

import static dev.packhorse.identity.Right.DELETE;
import static dev.packhorse.identity.Right.LIST;
import static dev.packhorse.identity.Right.METADATA;
import static dev.packhorse.identity.Right.READ;
import static dev.packhorse.identity.Right.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest extends AccessFixture {

    private static Set<Right> at(String rules, Caller caller, String path) {
        return rights(rules, caller).at(path(path));
    }

    private static Caller from(String address) {
        return Caller.anonymous(AddressRange.address(address));
    }

    @Test
    void aCallerHasWhatAllPrincipalsThatItIsAreGranted() {
        String rules = "joe:metadata, family:read+list, users:write, anyone:none, @192.0.2.0/24:delete";

        assertThat(at(rules, joe("family"), "/x")).isEqualTo(Right.ALL);
        assertThat(at(rules, joe(), "/x")).containsExactlyInAnyOrder(METADATA, WRITE, DELETE);
        assertThat(at(rules, new Caller("eve", Set.of("family"), HERE, null), "/x"))
                .containsExactlyInAnyOrder(READ, LIST, WRITE);
        assertThat(at(rules, stranger(), "/x")).containsExactly(DELETE);
        assertThat(at(rules, from("198.51.100.1"), "/x")).isEmpty();
    }

    @Test
    void usersAreNotAnonymous() {
        assertThat(at("users:r", stranger(), "/")).isEmpty();
        assertThat(at("users:r", joe(), "/")).containsExactlyInAnyOrder(READ, LIST);
        assertThat(at("anyone:r", stranger(), "/")).containsExactlyInAnyOrder(READ, LIST);
    }

    @Test
    void aNameIsAUserOrAGroup() {
        assertThat(at("family:r", joe("family"), "/")).isNotEmpty();
        assertThat(at("joe:r", joe(), "/")).isNotEmpty();
        assertThat(at("joe:r", new Caller("eve", Set.of("joe"), THERE, null), "/"))
                .isNotEmpty();
        assertThat(at("joe:r", new Caller("Joe", Set.of(), THERE, null), "/")).isEmpty();
        assertThat(at("joe:r", stranger(), "/")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "@10.0.0.0/8:r, 10.255.1.1, true",
        "@10.0.0.0/8:r, 11.0.0.1, false",
        "@::ffff:10.0.0.0/104:r, 10.0.0.1, true",
        "@10.0.0.0/8:r, ::ffff:10.0.0.1, true",
        "@fd00::/8:r, fd12::1, true",
        "@fd00::/8:r, fe80::1, false",
        "@::1:r, ::1, true",
        "@192.0.2.7:r, 192.0.2.7, true",
        "@192.0.2.7:r, 192.0.2.8, false",
        "@0.0.0.0/0:r, 192.0.2.8, true",
        "@0.0.0.0/0:r, 2001:db8::1, false",
    })
    void addressesAreMatchedByTheirPrefix(String rules, String address, boolean matches) {
        assertThat(at(rules, from(address), "/").contains(READ)).isEqualTo(matches);
    }

    @Test
    void withoutRulesOnlyThisHostMayAnything() {
        assertThat(AccessRules.LOOPBACK.of(Caller.anonymous(HERE), path("/e")).isAll())
                .isTrue();
        assertThat(AccessRules.LOOPBACK.of(from("127.9.9.9"), path("/e")).isAll())
                .isTrue();
        assertThat(AccessRules.LOOPBACK.of(stranger(), path("/e")).seesAnything())
                .isFalse();
        assertThat(AccessRules.LOOPBACK.of(joe(), path("/e")).seesAnything()).isFalse();
        assertThat(at("/a/**: anyone:r", Caller.anonymous(HERE), "/b")).isEqualTo(Right.ALL);
        assertThat(at("/a/**: anyone:r", joe(), "/b")).isEmpty();
    }

    @Test
    void aKeyIsNeverGoodForMoreThanItsScope() {
        Caller reader = new Caller("joe", Set.of(), THERE, new Caller.Scope(Set.of(READ, LIST), Set.of()));
        Caller elsewhere = new Caller("joe", Set.of(), THERE, new Caller.Scope(Right.ALL, Set.of("/other")));
        Caller there = new Caller("joe", Set.of(), THERE, new Caller.Scope(Right.ALL, Set.of("/other", "/export")));

        assertThat(at("joe:rw", reader, "/x")).containsExactlyInAnyOrder(READ, LIST);
        assertThat(at("joe:r; /x: anyone:rw", reader, "/x")).containsExactlyInAnyOrder(READ, LIST);
        assertThat(at("joe:rw; /x: anyone:r", elsewhere, "/x")).isEmpty();
        assertThat(at("joe:rw; /x: anyone:r", elsewhere, "/y")).isEmpty();
        assertThat(at("joe:rw", there, "/x")).isEqualTo(Right.ALL);
        assertThat(AccessRules.LOOPBACK
                        .of(new Caller("joe", Set.of(), HERE, reader.scope()), path("/export"))
                        .isAll())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/, write",
        "/other, write",
        "/a, delete",
        "/a/x, list",
        "/a/x/y, delete",
        "/a/b, metadata",
        "/a/b/c, read",
        "/a/b/c/d, read",
        "/ab, write",
        "/a/bc, list",
        "/a/b*, list",
    })
    void theRuleWithTheLongestPathReplacesTheOthers(String path, String right) {
        String rules =
                "anyone:write; /a/**: anyone:delete; /a/*: anyone:list; /a/b: anyone:metadata; /a/b/**: anyone:read";
        assertThat(at(rules, stranger(), path))
                .containsExactly(Right.parse(right).iterator().next());
    }

    @Test
    void theOrderOfRulesMeansNothing() {
        List<String> rules = List.of("anyone:none", "/a/*: anyone:list", "/a/**: anyone:read", "/a/b/**: anyone:write");
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            List<String> shuffled = new ArrayList<>(rules);
            Collections.shuffle(shuffled, random);
            String text = String.join(";", shuffled);
            assertThat(at(text, stranger(), "/a/b")).containsExactly(WRITE);
            assertThat(at(text, stranger(), "/a/c")).containsExactly(LIST);
            assertThat(at(text, stranger(), "/a/c/d")).containsExactly(READ);
            assertThat(at(text, stranger(), "/c")).isEmpty();
        }
    }

    @Test
    void theWholeExportCanBeMeantByAPattern() {
        assertThat(at("anyone:rw; /**: anyone:read", stranger(), "/")).containsExactly(READ);
        assertThat(at("anyone:rw; /**: anyone:read", stranger(), "/a/b")).containsExactly(READ);
        assertThat(at("anyone:read; /*: anyone:list; /: anyone:none", stranger(), "/"))
                .isEmpty();
        assertThat(at("anyone:read; /*: anyone:list", stranger(), "/a")).containsExactly(LIST);
        assertThat(at("anyone:read; /*: anyone:list", stranger(), "/a/b")).containsExactly(READ);
    }

    @Test
    void throughoutLooksAtEveryRuleBelow() {
        CallerRights rights = rights("anyone:rw; /a/b/c: anyone:r; /d/*: anyone:rw; /e/*: anyone:r", stranger());
        assertThat(rights.throughout(path("/"), List.of(WRITE))).isFalse();
        assertThat(rights.throughout(path("/a"), List.of(WRITE))).isFalse();
        assertThat(rights.throughout(path("/a/b"), List.of(WRITE))).isFalse();
        assertThat(rights.throughout(path("/a/b"), List.of(READ))).isTrue();
        assertThat(rights.throughout(path("/a/b/c"), List.of(WRITE))).isFalse();
        assertThat(rights.throughout(path("/a/b/d"), List.of(WRITE))).isTrue();
        assertThat(rights.throughout(path("/a/bb"), List.of(WRITE))).isTrue();
        assertThat(rights.throughout(path("/d"), List.of(WRITE))).isTrue();
        assertThat(rights.throughout(path("/e"), List.of(WRITE))).isFalse();
        assertThat(rights.throughout(path("/e/x"), List.of(WRITE))).isFalse();
    }

    @Test
    void rulesThatMakeNoDifferenceForACallerAreNone() {
        assertThat(rights("joe:rw; /a/**: joe:rw, anyone:r", joe()).isAll()).isTrue();
        assertThat(rights("joe:rw; /a/**: joe:rw, anyone:r", joe()).isUniform()).isTrue();
        assertThat(rights("joe:rw; /a/**: joe:rw, anyone:r", stranger()).isUniform())
                .isFalse();
        assertThat(rights("joe:rw; /a/**: anyone:r", joe()).isAll()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "joe",
                "joe:",
                ":rw",
                "joe:rwx",
                "joe:read+",
                "joe: rw",
                "joe:rw,",
                "joe:rw,,eve:r",
                "joe:rw, joe:r",
                "@10.0.0.0/8:r, @::ffff:10.0.0.0/104:rw",
                "nobody:r",
                "Joe:r",
                "@10.0.0.1/8:r",
                "@10.0.0.0/33:r",
                "@10.1:r",
                "@localhost:r",
                "@:r",
                "@010.0.0.0/8:r",
                "@fd00::1/8:r",
                "@fe80::1%1:r",
                "joe:rw; eve:r",
                "joe:rw;; /a: eve:r",
                "/a",
                "/a:joe:rw",
                "/a: ",
                "/a: joe",
                "a/**: joe:rw",
                "/a/**/b: joe:rw",
                "/a*: joe:rw",
                "/a?: joe:rw",
                "/a/***: joe:rw",
                "/*/b: joe:rw",
                "**/b: joe:rw",
                "/a//b: joe:rw",
                "//**: joe:rw",
                "/a/: joe:rw",
                "/a/../b: joe:rw",
                "/a: joe:rw; /a: eve:r",
                "/a/**: joe:rw; /a/**: eve:r",
                // The semicolon is missing.
                "joe:rw /a: eve:r",
                "/a: joe:rw /b: eve:r",
            })
    void whatIsNoRuleIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> rules(text)).withMessageMatching("[^\\n]+");
    }

    @Test
    void aRefusalNamesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules("joe:rw; /private/**: editor:rw"))
                .withMessageContaining("'editor' is no user or group that is known");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules("@10.0.0.1/8:rw"))
                .withMessageContaining("10.0.0.0/8");
    }

    @Test
    void rubbishNeverGrantsAnythingToStrangers() {
        Random random = new Random(20260101);
        String letters = "joe:rw,;/* @10.anyone";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            AccessRules parsed;
            try {
                parsed = rules(text.toString());
            } catch (IllegalArgumentException e) {
                continue;
            }
            if (!text.toString().contains("anyone") && !text.toString().contains("@")) {
                assertThat(parsed.of(stranger(), path("/e")).seesAnything())
                        .as(text.toString())
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anyone:rw | true",
                "anyone:r | false",
                "anyone:metadata | true",
                "users:rw, joe:rw | false",
                "@127.0.0.0/8:rw, @::1/128:rw, @127.0.0.1:rw | false",
                "@126.0.0.0/7:rw | true",
                "@10.0.0.0/8:w | true",
                "@10.0.0.0/8:r | false",
                "@::/0:delete | true",
                "joe:rw; /inbox/**: anyone:write | true",
                "joe:rw; /inbox/**: anyone:r | false",
            })
    void itIsKnownWhetherStrangersMayChangeSomething(String text, boolean expected) {
        assertThat(rules(text).letsStrangersChange()).isEqualTo(expected);
        assertThat(AccessRules.LOOPBACK.letsStrangersChange()).isFalse();
    }
}
