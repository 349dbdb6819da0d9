package dev.packhorse.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationTest {

    @ParameterizedTest
    @CsvSource({
        "sftp://ann:secret@host/x, sftp://ann:***@host/x",
        "sftp://ann:se/cr:et@host/x, sftp://ann:***@host/x",
        "sftp://ann:s@cr@t@host/x, sftp://ann:***@host/x",
        "sftp://ann:12345@host, sftp://ann:***@host",
        "sftp://ann:123456/7@host, sftp://ann:***@host",
        "sftp://ann:%70w@host:22/x, sftp://ann:***@host:22/x",
        "sftp://:secret@host, sftp://:***@host",
        "sftp://ann:@host, sftp://ann:***@host",
        "openhands+https://ann:secret@host/base, openhands+https://ann:***@host/base",
        "vfs:zip:sftp://ann:secret@host/a.zip!/x, vfs:zip:sftp://ann:***@host/a.zip!/x",
        "cannot open sftp://ann:secret@host/x: refused, cannot open sftp://ann:***@host/x: refused",
        "'two: a://b:c@d, e://f:g@h', 'two: a://b:***@d, e://f:***@h'",
    })
    void passwordsAreMasked(String text, String masked) {
        assertThat(Location.masked(text)).isEqualTo(masked);
        assertThat(Location.masked(masked)).isEqualTo(masked);
    }

    @ParameterizedTest
    @CsvSource({
        "no x in a=1&openhands.api-key=hush hush&b=2, no x in a=1&openhands.api-key=***&b=2",
        "sftp://ann:secret@host/x?passphrase=hush, sftp://ann:***@host/x?passphrase=***",
        "at \"header.X-A=hush\" it ends, at \"header.X-A=***\" it ends",
        "http://h/?Session-Token=RAW(a), http://h/?Session-Token=***",
        "protocols=httpfs is no key [nowhere], protocols=httpfs is no key [nowhere]",
    })
    void secretsAreLeftOutOfMessages(String text, String shown) {
        assertThat(Location.withoutSecrets(text)).isEqualTo(shown);
        assertThat(Location.withoutSecrets(shown)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///srv/x",
                "file:data/files",
                "memory:scratch",
                "sftp://ann@host/x",
                "http://host:8080/a@b",
                "http://host:8080",
                "http://host/a:b@c",
                "file:///srv/a:b@c",
                "",
                "no location: at@all",
                "s3://bucket/prefix"
            })
    void whatHoldsNoPasswordStays(String text) {
        assertThat(Location.masked(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///srv/x, /srv/x",
        "file:/srv/x, /srv/x",
        "file:data/files, data/files",
        "file:../up, ../up",
        "file:///with%20blank/é, /with blank/é",
        "file:///%C3%A9, /é",
        "file:///a+b, /a+b",
        "file:///100%25, /100%",
        "file:///100%, /100%",
        "file:///a%2Gb%, /a%2Gb%",
        "file:///a%3Fb%23c, /a?b#c",
        "file:.., ..",
    })
    void pathsAreDecoded(String location, String path) {
        assertThat(Location.path(location)).isEqualTo(path);
    }

    @Test
    void aPathHasNoHost() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Location.path("file://srv/x"))
                .withMessage("file://srv/x names a host; a path is file:///path");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Location.path("file:"))
                .withMessage("file: names no path");
        assertThatIllegalArgumentException().isThrownBy(() -> Location.path("file://"));
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Location.path("file:///%ff"))
                .withMessage("'/%ff' does not encode UTF-8");
    }

    @Test
    void theSchemeIsInFrontOfTheFirstColon() {
        assertThat(Location.scheme("vfs:zip:file:///a.zip")).isEqualTo("vfs");
        assertThat(Location.scheme("name")).isNull();
        assertThat(Location.scheme(":x")).isNull();
    }
}
