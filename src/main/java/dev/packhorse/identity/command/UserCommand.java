package dev.packhorse.identity.command;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user}: who has a password. */
@Command(
        name = "user",
        description = "Users and their passwords, in packhorse.identity.users.",
        synopsisSubcommandLabel = "add|passwd|remove|list",
        mixinStandardHelpOptions = true)
final class UserCommand {

    private static final String KEY = "users";
    private static final String FILE = "The users file, in the place of the configured one.";
    private static final String STDIN = "Read the password from the first line of standard input.";

    private final AccountCommands.Accounts accounts;
    private final Terminal terminal;

    UserCommand(AccountCommands.Accounts accounts, Terminal terminal) {
        this.accounts = accounts;
        this.terminal = terminal;
    }

    @Command(name = "add", description = "Adds a user.", mixinStandardHelpOptions = true)
    void add(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--stdin", description = STDIN) boolean stdin,
            @Option(names = "--no-password", description = "Somebody who has keys or a certificate only.")
                    boolean noPassword,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).addUser(name, noPassword ? null : terminal.password(name, stdin));
    }

    @Command(name = "passwd", description = "Gives a user another password.", mixinStandardHelpOptions = true)
    void passwd(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--stdin", description = STDIN) boolean stdin,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).changePassword(name, terminal.password(name, stdin));
    }

    @Command(
            name = "remove",
            description = "Removes a user, all keys of that name, and the name from groups.",
            mixinStandardHelpOptions = true)
    void remove(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).removeUser(name);
    }

    @Command(
            name = "list",
            description = "Lists users, how their passwords are hashed, and their groups.",
            mixinStandardHelpOptions = true)
    void list(@Option(names = "--file", description = FILE) @Nullable Path file) throws IOException {
        accounts.files(KEY, file).users().forEach(terminal.out()::println);
    }
}
