package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.ExportComponent;
import dev.packhorse.route.StoreComponent;
import dev.packhorse.route.StoreOpener;
import dev.packhorse.route.StoreRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads when a route is wrong: file, route, and what it is, in one line. */
class RouteFilesTest {

    @TempDir
    Path folder;

    private final Exports exports = TestGateway.exports(null);
    private final DefaultCamelContext context = new DefaultCamelContext();
    private StoreRegistry registry = new StoreRegistry(Map.of(), Map.of(), (store, key, options) -> store);

    @BeforeEach
    void start() {
        Map<String, StoreOpener> openers = new HashMap<>(Stores.openers(folder, "test"));
        openers.put("remote", (location, options) -> {
            throw new FsException(
                    FsException.Kind.UNAVAILABLE, "open", FsPath.ROOT, new IOException(location + " does not answer"));
        });
        registry = new StoreRegistry(openers, OpenHandsNames.of(Map.of()), (store, key, options) -> store);
        context.addComponent("store", new StoreComponent(registry));
        context.addComponent("export", new ExportComponent(exports));
        context.start();
    }

    @AfterEach
    void stop() throws Exception {
        context.stop();
        registry.closeAll();
    }

    private Path write(String name, String yaml) throws IOException {
        return Files.writeString(folder.resolve(name), yaml);
    }

    private void load() throws StartException {
        RouteFiles.load(context, folder + "/*.yaml", exports);
    }

    /** The line with which the start stops, the folder of the test left out. */
    private String failure() {
        return failure(folder + "/*.yaml");
    }

    private String failure(String patterns) {
        StartException thrown =
                catchThrowableOfType(StartException.class, () -> RouteFiles.load(context, patterns, exports));
        assertThat(thrown).isNotNull();
        String message = thrown.getMessage();
        assertThat(message).isNotNull();
        return String.valueOf(message).replace(folder.toAbsolutePath() + "/", "");
    }

    private static String route(String from, String to) {
        return "- route: {id: r, from: {uri: '" + from + "', steps: [{to: '" + to + "'}]}}\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            export:/x?colour=red | store:memory:   | unknown option 'colour', options are access, cors.origins, hide, httpfs.symlink-mode, max-body, max-file, protocols, quota, quota-entries, quota-recount, read-only, refuse, token
            export:/x?max-body=x | store:memory:   | option max-body = 'x' is not a size such as 64m
            export:/x?protocols=httpfs,gopher | store:memory: | unknown protocol 'gopher', protocols are httpfs, jsonfs, openhands, openhands-webhook, replay
            export:/x?protocols= | store:memory:   | unknown protocol '', protocols are httpfs, jsonfs, openhands, openhands-webhook, replay
            export:/             | store:memory:   | an export needs a path, export:/name for one
            export:              | store:memory:   | 'export:' is no address: Expected scheme-specific part
            export               | store:memory:   | an export needs a path, export:/name for one
            export:/../x         | store:memory:   | '/../x' is no path for an export
            export:/x            | store:memory:?sise=1m | unknown option 'sise', options are operation, path, size
            export:/x            | store:memory:?size=many | option size = 'many' is not a size such as 64m
            export:/x            | store:memory:?operation=delete | unknown operation 'delete', operations are copy, link, list, makeDirectory, move, read, remove, stat, walk, write
            export:/x            | store:gopher://host | unknown store 'gopher:', stores are file:, gs:, httpfs+http:, httpfs+https:, jsonfs+http:, jsonfs+https:, memory:, openhands+http:, openhands+https:, remote:, replay:, s3:, sftp:, vfs:, and by name google_cloud, local, memory, s3
            export:/x            | store:local     | store local needs the option file_store_path, a folder
            export:/x            | store:s3        | no bucket: name it in the location (s3://bucket) or in AWS_S3_BUCKET
            export:/x            | store:s3?file_store_path=a/b | option file_store_path = 'a/b' is not the name of a bucket; with a prefix a location is s3://bucket/prefix or gs://...
            export:/x            | store:name      | unknown store 'name', stores are file:, gs:, httpfs+http:, httpfs+https:, jsonfs+http:, jsonfs+https:, memory:, openhands+http:, openhands+https:, remote:, replay:, s3:, sftp:, vfs:, and by name google_cloud, local, memory, s3
            export:/x            | store:          | 'store:' is no address: Expected scheme-specific part
            export:/x            | store           | store: needs a location, store:file:data/files for one
            export:/x            | store:file:     | file: names no path
            export:/x            | store:file:///no/such | there is no folder /no/such
            export:/x            | store:file://host/x | file://host/x names a host; a path is file:///path
            export:/x            | store:remote://ann:secret@host/x | UNAVAILABLE in open of / (java.io.IOException: remote://ann:***@host/x does not answer)
            export:/x            | store:gopher://ann:secret@host/x | unknown store 'gopher:', stores are file:, gs:, httpfs+http:, httpfs+https:, jsonfs+http:, jsonfs+https:, memory:, openhands+http:, openhands+https:, remote:, replay:, s3:, sftp:, vfs:, and by name google_cloud, local, memory, s3
            export:/x            | log:x           | the export has no step store:
            export:/x            | direct:nowhere  | the export has no step store:
            store:memory:        | log:x           | store: cannot start a route
            export:/x            | export:/y       | export: starts a route, a step cannot send to it
            export:/x            | gopher:host     | No endpoint could be found for: gopher://host, please check your classpath contains the needed Camel component jar.
            export:/x            | store:memory:{{place}} | Property with key [place] not found in properties from text: store:memory:{{place}}
            """)
    void whatIsWrongIsSaidWithFileAndRoute(String from, String to, String reason) throws Exception {
        write("bad.yaml", route(from, to));

        assertThat(failure()).isEqualTo("bad.yaml: route r: " + reason);
    }

    @Test
    void twoExportsOnOnePathAreRefusedAndTheOtherIsNamed() throws Exception {
        write("a.yaml", route("export:/x/y", "store:memory:").replace("id: r", "id: first"));
        write("b.yaml", route("export:/x/y/", "store:memory:b"));

        assertThat(failure()).isEqualTo("b.yaml: route r: export /x/y is taken by route first");
    }

    @Test
    void theSameExportTwiceInOneFileIsRefused() throws Exception {
        write(
                "a.yaml",
                route("export:/x", "store:memory:").replace("id: r", "id: first")
                        + route("export:/x", "store:memory:"));

        assertThat(failure()).isEqualTo("a.yaml: route r: export /x is taken by route first");
    }

    @Test
    void aRouteDoesNotTakeThePlaceOfAnother() throws Exception {
        write("a.yaml", route("export:/x", "store:memory:"));
        write("b.yaml", route("export:/y", "store:memory:"));

        assertThat(failure()).isEqualTo("b.yaml: route r: a route of this id is in a.yaml");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '- route: {id: r'                          | line 1, column 16: expected ',' or '}', but got <stream end>
            '- rout: {id: r}'                          | line 1, column 3: Unknown node id: rout
            '- route:\n    from:\n      uri: direct:a\n      stepps: []' | line 4, column 15: Unsupported field: stepps
            '- route:\n    id: r'                      | a route is incomplete
            'routes'                                   | line 1: a list is expected, in which each route begins with - route:
            '# x\nroute:\n  id: r'                     | line 2: a list is expected, in which each route begins with - route:
            '- route:\n\tid: r'                       | line 2, column 1: found character
            '- route: {id: r, from: {uri: "direct:a", steps: [{too: "store:memory:"}]}}' | line 1, column 50: Unknown node id: too
            '- route: {id: r, from: {uri: "direct:a?b=c", parameters: {d: e}, steps: [{to: "store:memory:"}]}}' | line 1, column 24: Uri should not contains query parameters (uri: direct:a?b=c)
            '- route: {id: r, from: {uri: "export:/x", steps: [{to: {uri: "store:memory:?a=b", parameters: {size: 1}}}]}}' | line 1, column 56: Uri should not contains query parameters (uri: store:memory:?a=b)
            """)
    void brokenYamlHasFileAndLine(String yaml, String reason) throws Exception {
        write("broken.yaml", yaml);

        assertThat(failure()).startsWith("broken.yaml: " + reason).doesNotContain("\n", "\t");
    }

    @Test
    void theFilesMustBeThere() throws Exception {
        assertThat(failure(folder + "/none.yaml")).isEqualTo("packhorse.routes: there is no file none.yaml");
        assertThat(failure(folder + "/*/a.yaml")).endsWith("only the last part of a path may be a pattern");
        assertThat(failure(folder + "/[a.yaml")).isEqualTo("packhorse.routes: '[a.yaml' is no pattern");
        assertThat(failure("/")).isEqualTo("packhorse.routes = '/' names no file");
    }

    @Test
    void anEmptyFolderIsNoMistake() throws Exception {
        assertThatCode(this::load).doesNotThrowAnyException();
        RouteFiles.load(context, folder + "/none/*.yaml", exports);
        assertThat(exports.paths()).isEmpty();
    }

    @Test
    void filesAreLoadedOnceAndStoresMayBeBehindALaterOne() throws Exception {
        Path first = write("a.yaml", route("export:/films/old ones/é", "direct:later"));
        write("b.yaml", route("direct:later", "store:memory:").replace("id: r", "id: s"));
        Files.createDirectory(folder.resolve("examples"));
        write("examples/c.yaml", "- broken");

        RouteFiles.load(context, first + ", " + folder + "/*.yaml", exports);

        assertThat(exports.paths()).containsExactly(FsPath.parse("/fs/films/old ones/é"));
    }

    @Test
    void aFolderWithBlanksAndSignsIsServed() throws Exception {
        Path served = Files.createDirectory(folder.resolve("with blank + é #1 50%"));
        Files.writeString(served.resolve("f"), "hay");
        write("a.yaml", """
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to:
                            uri: "store:file://%s"
                            parameters:
                              durable: none
                """.formatted(served));
        load();

        assertThat(exports.all())
                .singleElement()
                .satisfies(export -> assertThat(export.stores()
                                .apply("httpfs", "anonymous")
                                .stat(FsPath.parse("/f"))
                                .size())
                        .isEqualTo(3));
    }
}
