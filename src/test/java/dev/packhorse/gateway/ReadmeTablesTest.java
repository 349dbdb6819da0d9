package dev.packhorse.gateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import dev.packhorse.route.StoreOpener;
import dev.packhorse.store.memory.MemoryStore;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of the README are those of the code. {@code -Dreadme.update=true} writes them anew. */
class ReadmeTablesTest {

    private static final Path CONFIG = Path.of("config/application.properties");
    private static final Path KEYS = Path.of("src/main/java/dev/packhorse/gateway/PackhorseConfig.java");

    /** A key of the configuration: its description, then its default. */
    private static final Pattern KEY = Pattern.compile(
            "/\\*\\*\\s*(?<text>(?:(?!\\*/).)*?)\\s*\\*/\\s*(?<whole>@WithParentName\\s*)?(?:@WithDefault\\(\"(?<value>[^\"]*)\"\\)\\s*[\\w.]+|Optional<\\w+>)"
                    + " (?<name>\\w+)\\(\\);"
                    + "|(?<indent> *)interface (?<group>\\w+) \\{",
            Pattern.DOTALL);

    /** What the options of exports and stores are for; their names are checked against the code. */
    private static final Map<String, String> EXPORT_OPTIONS = ReadmeStores.options(
            "replay.name", "what the device calls it, the first name of its paths; the last of the export's",
            "replay.visible", "`false` shows it only to clients that call themselves a ReplayTV; `true`",
            "replay.encrypted", "`true` wants encrypted queries, as real devices do for `/Video`; `false`",
            "replay.writable", "`false` lets nobody change it; `true`",
            "access",
                    "rules that say who may do what, separated by semicolons: `family:rw, guests:r; /private/**: editors:rw`; everything for this host, nothing for others",
            "hide", "names that nobody sees, with what is below them, separated by commas: `.git, *.tmp`; none",
            "refuse", "names that nothing can be given, separated by commas: `*.exe`; none",
            "read-only", "`true` lets nobody change anything; `false`",
            "max-file", "bytes of a file that is written, over any protocol; no limit",
            "quota", "bytes that the export may hold; no limit",
            "quota-entries", "files, directories and symlinks that the export may hold; no limit",
            "quota-recount", "how long after a count of what the export holds the next one begins; `1h`",
            "token", "`true` takes a key or a token from `?token=` in the address as well; `false`",
            "openhands.api-key",
                    "admits with the header `X-API-Key` to `openhands` and `openhands-webhook`, as one of the `users`, or with all rights where there is no `access`; none. With one of these, both want a credential, theirs or one that the gateway knows",
            "openhands.session-api-key", "admits with the header `X-Session-API-Key`; none",
            "openhands.user", "admits with Basic, together with `openhands.password`; none",
            "openhands.password", "its password",
            "openhands.bearer-token", "admits with Bearer; none",
            "openhands.bare-paths", "`true` has the files below the base URL itself as well as below `/files`; `false`",
            "openhands-webhook.backlog",
                    "bytes of what webhooks told of that may wait for the store, beyond is 503; `1g`",
            "openhands-webhook.directory-delete",
                    "`in-order` removes with a directory what the same batch wrote below it before, `keep-posted` keeps that; `in-order`",
            "protocols", "over which protocols, separated by commas; `httpfs`",
            "cors.origins", "origins of web pages that may use the export, separated by commas, or `*`; none",
            "httpfs.symlink-mode",
                    "how the mode of a symlink is sent: `41471`, or `120777` as the document prints it; `41471`",
            "jsonfs.strict-status",
                    "`false` answers reading by the usual statuses, with ranges and conditions, not only by 200 and 404; `true`",
            "max-body", "bytes of a request body, more is 413; no limit");

    private static final Map<String, String> PROTOCOLS = Map.of(
            "httpfs", "`/fs/<export>`: the HTTP Filesystem Protocol",
            "jsonfs", "`/jsonfs/<export>`: progrium's httpfs, version 1, for reading, as its FUSE client mounts it",
            "openhands", "`/openhands/<export>`: a FileStore of OpenHands, as its base URL",
            "openhands-webhook",
                    "`/openhands-webhook/<export>`: what OpenHands' webhooks tell is brought into the store, plain and batched",
            "replay",
                    "a listener of its own, `packhorse.replay.port`: a ReplayTV 4000, each export a file system of it");

    /** Blanks by which a group in a group is further in. */
    private static final int INDENT = 4;

    private record Key(String name, String value, String text) {
        String cell() {
            return value.isEmpty() ? "" : "`" + value + "`";
        }
    }

    @TempDir
    Path folder;

    @Test
    void theConfigurationIsThatOfTheCode() throws IOException {
        assertThat(keys()).extracting(Key::name).containsExactlyInAnyOrderElementsOf(ConfigKeys.known());
        Readme.part(
                "configuration",
                Readme.table(
                        List.of("key", "default", "what"),
                        keys().stream()
                                .map(key -> List.of("`" + key.name() + "`", key.cell(), key.text()))
                                .toList()));
    }

    @Test
    void theConfigurationFileNamesEachKeyWithItsDefault() throws IOException {
        String expected = "# The defaults. Take the # away in front of a key to change it; README.md, Configuration.\n"
                + keys().stream()
                        .map(key -> "\n# " + key.text() + "\n#" + key.name() + "=" + key.value() + "\n")
                        .collect(joining());
        if (Readme.UPDATE) {
            Files.createDirectories(CONFIG.getParent());
            Files.writeString(CONFIG, expected);
        }
        assertThat(CONFIG).hasContent(expected);
    }

    @Test
    void theDefaultsOfTheConfigurationFileAreAccepted() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(CONFIG).replaceAll("(?m)^#(?=\\S+=)", "")));
        Map<String, String> values = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));

        PackhorseConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PackhorseConfig.class)
                .withSources(new PropertiesConfigSource(values, "file", 100))
                .withValidateUnknown(true)
                .build()
                .getConfigMapping(PackhorseConfig.class);

        assertThat(values.keySet()).isEqualTo(ConfigKeys.known());
        assertThat(config.http().port()).isEqualTo(8080);
    }

    @Test
    void theProtocolsAreThoseOfTheCode() throws IOException {
        assertThat(PROTOCOLS.keySet()).isEqualTo(new TreeSet<>(Exports.PROTOCOLS));
        Readme.part(
                "protocols",
                Readme.table(
                        List.of("protocol", "where"),
                        Exports.PROTOCOLS.stream()
                                .map(name -> List.of("`" + name + "`", Objects.requireNonNull(PROTOCOLS.get(name))))
                                .toList()));
    }

    @Test
    void theOptionsOfExportsAreThoseOfTheCode() throws Exception {
        Options options = new Options(new HashMap<>(Map.of("unknown", "")));
        options.optional("protocols");
        Exports exports = TestGateway.exports(folder);
        Export export = new Export(
                FsPath.parse("/x"), Exports.PROTOCOLS, "x", options, (protocol, caller) -> memory(), List::of);
        exports.added(export);
        exports.removed(export);

        assertThat(EXPORT_OPTIONS.keySet()).containsExactlyElementsOf(known(options));
        Readme.part("export", options(EXPORT_OPTIONS));
    }

    @Test
    void theOptionsOfStoresAreThoseOfTheCode() throws Exception {
        Map<String, StoreOpener> openers = Stores.openers(folder, "test");
        // One row tells of both, with TLS and without.
        assertThat(ReadmeStores.ALL.stream().map(ReadmeStores::scheme))
                .containsAll(openers.keySet().stream()
                        .filter(scheme -> !scheme.endsWith("+https"))
                        .toList());
        List<List<String>> rows = new ArrayList<>();
        for (ReadmeStores each : ReadmeStores.ALL) {
            Map<String, Object> given = new HashMap<>(each.given());
            given.put("unknown", "");
            Options options = new Options(given);
            open(each, openers, options).close();
            assertThat(each.options().keySet()).containsExactlyElementsOf(known(options));
            String where = each.where();
            for (Map.Entry<String, String> option : each.options().entrySet()) {
                rows.add(row(where, option));
                where = "";
            }
        }
        Readme.part("stores", Readme.table(List.of("store", "parameter", "what; default"), rows));
    }

    private Store open(ReadmeStores each, Map<String, StoreOpener> openers, Options options) throws Exception {
        return Objects.requireNonNull(openers.get(each.scheme())).open(each.location(folder), options);
    }

    @Test
    void theOptionsOfPoliciesAreThoseOfTheCode() throws Exception {
        Options options = new Options(new HashMap<>(Map.of("unknown", "")));
        StorePolicies.cache("sftp:", options);
        StorePolicies.kept("sftp:", options);
        assertThat(ReadmeStores.POLICIES.keySet()).containsExactlyElementsOf(known(options));
        Readme.part("policies", options(ReadmeStores.POLICIES));
    }

    private static List<String> row(String where, Map.Entry<String, String> option) {
        return List.of(where, "`" + option.getKey() + "`", option.getValue());
    }

    @Test
    void theCapabilitiesAreThoseOfTheStores() throws Exception {
        List<ReadmeStores> stores = ReadmeStores.ALL;
        List<String> head = new ArrayList<>(List.of("capability"));
        stores.forEach(each -> head.add("`" + each.name() + "`"));
        List<List<String>> rows = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            List<String> row = new ArrayList<>(
                    List.of(capability.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
            for (ReadmeStores each : stores) {
                try (Store store =
                        open(each, Stores.openers(folder, "test"), new Options(new HashMap<>(each.given())))) {
                    row.add(each.cell(capability, store.capabilities()));
                }
            }
            rows.add(row);
        }
        Readme.part("capabilities", Readme.table(head, rows));
    }

    private static Store memory() {
        return new MemoryStore(1 << 20);
    }

    /** The names that the refusal of an unknown option lists. */
    private static List<String> known(Options options) {
        IllegalArgumentException refusal = catchThrowableOfType(IllegalArgumentException.class, options::end);
        String message = Objects.requireNonNull(refusal.getMessage());
        assertThat(message).startsWith("unknown option 'unknown', options are ");
        return List.of(message.substring(message.indexOf(" are ") + 5).split(", "));
    }

    private static String options(Map<String, String> described) {
        return Readme.table(
                List.of("parameter", "what; default"),
                described.entrySet().stream()
                        .map(each -> List.of("`" + each.getKey() + "`", each.getValue()))
                        .toList());
    }

    private static List<Key> keys() throws IOException {
        List<Key> keys = new ArrayList<>();
        Deque<String> groups = new ArrayDeque<>();
        for (Matcher key = KEY.matcher(Files.readString(KEYS)); key.find(); ) {
            String group = key.group("group");
            if (group != null) {
                while (groups.size() > key.group("indent").length() / INDENT) {
                    groups.removeLast();
                }
                groups.add(group.replaceAll("^(Of|PackhorseConfig$)", "").toLowerCase(Locale.ROOT));
                continue;
            }
            String prefix = "packhorse"
                    + groups.stream()
                            .map(each -> each.isEmpty() ? "." : each + ".")
                            .collect(joining());
            String name = key.group("name").replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
            String text = key.group("text").replaceAll("\\s*\\n\\s*\\*\\s*", " ");
            String value = key.group("value");
            String whole = prefix.substring(0, prefix.length() - 1);
            keys.add(new Key(key.group("whole") == null ? prefix + name : whole, value == null ? "" : value, text));
        }
        return keys;
    }
}
