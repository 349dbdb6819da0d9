package dev.packhorse.identity.command;

import dev.packhorse.identity.Right;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key}: API keys. */
@Command(
        name = "key",
        description = "API keys, in packhorse.identity.keys.",
        synopsisSubcommandLabel = "add|list|remove",
        mixinStandardHelpOptions = true)
final class KeyCommand {

    private static final String KEY = "keys";
    private static final String FILE = "The keys file, in the place of the configured one.";
    private static final Pattern AGE = Pattern.compile("([0-9]{1,5})([hdw])");

    private final AccountCommands.Accounts accounts;
    private final Terminal terminal;
    private final InstantSource clock;

    KeyCommand(AccountCommands.Accounts accounts, Terminal terminal, InstantSource clock) {
        this.accounts = accounts;
        this.terminal = terminal;
        this.clock = clock;
    }

    @Command(
            name = "add",
            description = "Makes a key for a user and prints it, this once, on standard output.",
            mixinStandardHelpOptions = true)
    void add(
            @Parameters(paramLabel = "NAME", description = "Whose key it is.") String owner,
            @Option(names = "--id", description = "How it is listed; a random one.") @Nullable String id,
            @Option(
                            names = "--scope",
                            defaultValue = "rw",
                            description = "What it may at most do: r, w, rw (the default), or rights joined by +.")
                    String scope,
            @Option(names = "--export", description = "Where it may do so: /path. Repeatable; everywhere.") @Nullable
                    List<String> exports,
            @Option(names = "--expires", description = "12h, 30d, 8w, or an instant: 2027-01-31T00:00:00Z. Never.")
                    @Nullable
                    String expires,
            @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        String key = accounts.files(KEY, file)
                .addKey(
                        owner,
                        id,
                        Right.parse(scope),
                        new LinkedHashSet<>(exports == null ? List.of() : exports),
                        expires == null ? null : expiry(expires));
        terminal.out().println(key);
        terminal.err().println("This is the only time that the key is shown.");
    }

    private Instant expiry(String text) {
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            long count = Long.parseLong(age.group(1));
            Duration unit = switch (age.group(2)) {
                case "h" -> Duration.ofHours(1);
                case "d" -> Duration.ofDays(1);
                default -> Duration.ofDays(7);
            };
            return Instant.ofEpochSecond(clock.instant().getEpochSecond()).plus(unit.multipliedBy(count));
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not when a key expires: 12h, 30d, 8w, or an instant like 2027-01-31T00:00:00Z",
                    e);
        }
    }

    @Command(
            name = "list",
            description = "Lists keys, whose they are, and what they may do until when.",
            mixinStandardHelpOptions = true)
    void list(@Option(names = "--file", description = FILE) @Nullable Path file) throws IOException {
        accounts.files(KEY, file).keys().forEach(terminal.out()::println);
    }

    @Command(name = "remove", description = "Removes a key.", mixinStandardHelpOptions = true)
    void remove(
            @Parameters(paramLabel = "ID") String id, @Option(names = "--file", description = FILE) @Nullable Path file)
            throws IOException {
        accounts.files(KEY, file).removeKey(id);
    }
}
