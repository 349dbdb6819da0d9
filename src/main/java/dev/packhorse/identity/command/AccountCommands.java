package dev.packhorse.identity.command;

import dev.packhorse.identity.AccountFiles;
import dev.packhorse.identity.IdentityFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** All commands: {@code user}, {@code key} and {@code group}, each with its own. */
@Command(
        name = "packhorse",
        description = "Without a command: starts the gateway. Commands change who is known to it.",
        mixinStandardHelpOptions = true)
public final class AccountCommands implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    private AccountCommands() {}

    /** What a key of the configuration is set to. */
    public interface Configuration {

        /** The value of a key; {@code null} if it is not set. */
        @Nullable
        String value(String key);
    }

    /**
     * Runs the command that arguments name.
     *
     * @return the status of the process: 0 if it is done, 1 if it is refused, 2 if the arguments are no command
     */
    public static int run(String[] arguments, Configuration configuration, Terminal terminal, InstantSource clock) {
        Accounts accounts = new Accounts(configuration, clock);
        CommandLine commands = new CommandLine(new AccountCommands())
                .addSubcommand(new UserCommand(accounts, terminal))
                .addSubcommand(new KeyCommand(accounts, terminal, clock))
                .addSubcommand(new GroupCommand(accounts, terminal));
        commands.setOut(new PrintWriter(terminal.out(), true, Charset.defaultCharset()));
        commands.setErr(new PrintWriter(terminal.err(), true, Charset.defaultCharset()));
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
                terminal.err().println("packhorse: " + failure.getMessage());
                return 1;
            }
            throw failure;
        });
        return commands.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: user, key or group");
    }

    /** The files that commands work on. */
    static final class Accounts {

        private final Configuration configuration;
        private final InstantSource clock;

        private Accounts(Configuration configuration, InstantSource clock) {
            this.configuration = configuration;
            this.clock = clock;
        }

        /**
         * Those of the configuration, one of them replaced.
         *
         * @param file which {@code --file} names in the place of {@code key}; {@code null} for none
         */
        AccountFiles files(String key, @Nullable Path file) {
            return new AccountFiles(
                    new IdentityFiles(
                            path("users", key, file),
                            path("groups", key, file),
                            path("keys", key, file),
                            path("ssh-keys", key, file)),
                    clock);
        }

        private @Nullable Path path(String key, String replaced, @Nullable Path file) {
            if (file != null && key.equals(replaced)) {
                return file;
            }
            String configured = configuration.value("packhorse.identity." + key);
            return configured == null || configured.isBlank() ? null : Path.of(configured);
        }
    }
}
