package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MediaTypesTest {

    @Test
    void theExtensionDecides() {
        assertThat(MediaTypes.ofName("/a/b.PNG")).isEqualTo("image/png");
        assertThat(MediaTypes.ofName("/a.txt/b")).isEqualTo("application/octet-stream");
        assertThat(MediaTypes.ofName("/a.tar.gz")).isEqualTo("application/gzip");
        assertThat(MediaTypes.ofName("/.png")).isEqualTo("application/octet-stream");
        assertThat(MediaTypes.ofName("/a.")).isEqualTo("application/octet-stream");
        assertThat(MediaTypes.ofName("")).isEqualTo("application/octet-stream");
    }

    @Test
    void syntaxIsChecked() {
        for (String good : new String[] {"a/b", "text/plain; charset=utf-8", "text/plain ;x", "x-a/b+c.d"}) {
            assertThat(MediaTypes.isMediaType(good)).as(good).isTrue();
        }
        for (String bad :
                new String[] {"", "a", "/b", "a/", "a /b", "a/b c", "a/b\u00e9", "a/b;\r\n", "a/;x", "a;b/c"}) {
            assertThat(MediaTypes.isMediaType(bad)).as(bad).isFalse();
        }
        assertThat(MediaTypes.isMediaType("a/" + "b".repeat(300))).isFalse();
        assertThat(MediaTypes.essence("Text/Plain ; x=y")).isEqualTo("text/plain");
    }
}
