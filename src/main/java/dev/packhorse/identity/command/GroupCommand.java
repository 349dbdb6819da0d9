package dev.packhorse.identity.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code group}: who belongs together. */
@Command(
        name = "group",
        description = "Groups, in packhorse.identity.groups.",
        synopsisSubcommandLabel = "add|remove|list",
        mixinStandardHelpOptions = true)
final class GroupCommand {

    private static final String KEY = "groups";
    private static final String FILE = "The groups file, in the place of the configured one.";

    private final AccountCommands.Accounts accounts;
    private final Terminal terminal;

    GroupCommand(AccountCommands.Accounts accounts, Terminal terminal) {
        this.accounts = accounts;
        this.terminal = terminal;
    }

    @Command(
            name = "add",
            description = "Adds users to a group, which is made if it is missing.",
            mixinStandardHelpOptions = true)
    void add(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(index = "1..*", paramLabel = "NAME") @Nullable List<String> names,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).addToGroup(group, new LinkedHashSet<>(names == null ? List.of() : names));
    }

    @Command(
            name = "remove",
            description = "Removes users from a group; without users the group.",
            mixinStandardHelpOptions = true)
    void remove(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(index = "1..*", paramLabel = "NAME") @Nullable List<String> names,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).removeFromGroup(group, new LinkedHashSet<>(names == null ? List.of() : names));
    }

    @Command(name = "list", description = "Lists groups and their members.", mixinStandardHelpOptions = true)
    void list(@Option(names = "--file", description = FILE) @Nullable Path file) throws IOException {
        accounts.files(KEY, file).groups().forEach(terminal.out()::println);
    }
}
