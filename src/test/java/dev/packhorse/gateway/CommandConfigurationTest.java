package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandConfigurationTest {

    @TempDir
    Path folder;

    @Test
    void whatNobodySetIsNotSet() {
        assertThat(CommandConfiguration.of(folder).value("packhorse.identity.users"))
                .isNull();
    }

    @Test
    void keysComeFromTheFileOfTheConfiguration() throws Exception {
        // Given
        Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config").resolve("application.properties"),
                "packhorse.identity.users=${place}/users\nplace=state\n"
                        + "packhorse.identity.groups=a\n%prod.packhorse.identity.groups=b\n");
        // When
        CommandConfiguration configuration = CommandConfiguration.of(folder);
        // Then
        assertThat(configuration.value("packhorse.identity.users")).isEqualTo("state/users");
        assertThat(configuration.value("packhorse.identity.groups")).isEqualTo("b");
    }

    @Test
    void theEnvironmentAndPropertiesGoBeforeTheFile() throws Exception {
        // Given
        Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config").resolve("application.properties"),
                "packhorse.identity.users=file\npackhorse.identity.ssh-keys=file\npackhorse.identity.keys=file\n");
        Files.writeString(
                folder.resolve(".env"), "PACKHORSE_IDENTITY_SSH_KEYS=dotenv\nPACKHORSE_IDENTITY_KEYS=dotenv\n");
        System.setProperty("packhorse.identity.keys", "property");
        try {
            // When
            CommandConfiguration configuration = CommandConfiguration.of(folder);
            // Then
            assertThat(configuration.value("packhorse.identity.users")).isEqualTo("file");
            assertThat(configuration.value("packhorse.identity.ssh-keys")).isEqualTo("dotenv");
            assertThat(configuration.value("packhorse.identity.keys")).isEqualTo("property");
        } finally {
            System.clearProperty("packhorse.identity.keys");
        }
    }
}
