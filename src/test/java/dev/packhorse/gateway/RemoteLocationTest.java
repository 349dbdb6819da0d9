package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteLocationTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "sftp://nas, -, -, nas, -1, ''",
                "sftp://joe@nas/, joe, -, nas, -1, /",
                "ftp://joe:p%40ss:word@my_nas:2121/a%20b/%C3%A9, joe, p@ss:word, my_nas, 2121, /a b/é",
                "sftp://joe:pa@ss@[::1]:22/~/x, joe, pa@ss, ::1, 22, /~/x",
                "sftp://[fe80::1], -, -, fe80::1, -1, ''",
                "ftp://:x@nas/100%, '', x, nas, -1, /100%",
            })
    void takesApart(String location, String user, String password, String host, int port, String path) {
        assertThat(RemoteLocation.parse(location)).isEqualTo(new RemoteLocation(user, password, host, port, path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sftp:nas/x",
                "sftp:///x",
                "sftp://joe:secret@/x",
                "sftp://joe:secret@nas:/x",
                "sftp://joe:secret@nas:0/x",
                "sftp://joe:secret@nas:65536/x",
                "sftp://joe:secret@nas:+22/x",
                "sftp://joe:secret@nas:22x/x",
                "sftp://joe:secret@[::1/x",
                "sftp://joe:secret@na s/x",
            })
    void refusesInOneLineWithoutThePassword(String location) {
        assertThatThrownBy(() -> RemoteLocation.parse(location))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("sftp:")
                .doesNotContain("secret")
                .doesNotContain("\n");
    }

    @Test
    void printsNoPassword() {
        assertThat(RemoteLocation.parse("sftp://joe:secret@nas:22/x")).hasToString("joe@nas:22/x");
    }
}
