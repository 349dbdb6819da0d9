package dev.packhorse.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;

/** A Camel context with both components. {@code store:memory:<name>} is a {@link TestStore} of that name. */
final class TestRoutes implements AutoCloseable, ExportListener {

    final DefaultCamelContext context = new DefaultCamelContext();
    final Map<String, TestStore> stores = new ConcurrentHashMap<>();
    final Map<String, String> locations = new ConcurrentHashMap<>();
    final Map<String, Export> exports = new LinkedHashMap<>();
    final List<String> policyKeys = new CopyOnWriteArrayList<>();
    final StoreRegistry registry = new StoreRegistry(
            Map.of("memory", this::memory, "test", this::test),
            Map.of("named", TestRoutes::named),
            (store, key, options) -> {
                policyKeys.add(key);
                return store;
            });

    TestRoutes() {
        context.setStreamCaching(false);
        context.addComponent("store", new StoreComponent(registry));
        context.addComponent("export", new ExportComponent(this));
        context.getShutdownStrategy().setTimeout(5);
    }

    private static String named(Options options) {
        options.usually("text", "as usual");
        return "test:" + Location.encoded(options.text("place", "nowhere"));
    }

    private Store memory(String location, Options options) {
        options.size("size", 1 << 20);
        return stores.computeIfAbsent(location.substring("memory:".length()), name -> new TestStore());
    }

    /** Keeps what it was asked to open. */
    private Store test(String location, Options options) {
        String text = options.text("text", "");
        locations.put(location, text);
        return stores.computeIfAbsent(location, name -> new TestStore());
    }

    @FunctionalInterface
    interface Preparation {
        void on(TestRoutes routes) throws Exception;
    }

    /** Starts with the routes of one YAML text. */
    static TestRoutes of(String yaml) throws Exception {
        return of(yaml, routes -> {});
    }

    /** As above, after the preparation of stores and beans. */
    static TestRoutes of(String yaml, Preparation preparation) throws Exception {
        TestRoutes routes = new TestRoutes();
        try {
            routes.context.start();
            preparation.on(routes);
            routes.load(yaml);
            return routes;
        } catch (Exception e) {
            routes.close();
            throw e;
        }
    }

    void load(String yaml) throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("test.yaml", yaml));
    }

    /** A store, made now if no route has opened it yet. */
    TestStore store(String name) {
        return stores.computeIfAbsent(name, each -> new TestStore());
    }

    /** The export at a path, over {@code httpfs}. */
    Store export(String path) {
        return Objects.requireNonNull(exports.get(path), path).stores().apply("httpfs", "anonymous");
    }

    @Override
    public void added(Export export) {
        export.options().optional("known");
        exports.put(export.path().toString(), export);
    }

    @Override
    public void removed(Export export) {
        exports.remove(export.path().toString());
    }

    static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Body text(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Store store, String path, String text) throws FsException {
        store.write(path(path), text(text), WriteOptions.DEFAULT);
    }

    /** The content of a file, {@code null} if there is none. */
    static @Nullable String read(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    @FunctionalInterface
    interface Call {
        void run() throws IOException;
    }

    static void assertKind(FsException.Kind kind, Call call) {
        FsException thrown = null;
        try {
            call.run();
        } catch (FsException e) {
            thrown = e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(thrown).as("an FsException").isNotNull();
        assertThat(Objects.requireNonNull(thrown).kind()).isEqualTo(kind);
    }

    /** Nothing that a store has opened may be left. */
    @Override
    public void close() throws FsException {
        context.stop();
        stores.forEach(
                (name, store) -> assertThat(store.open).as("open in " + name).hasValue(0));
        registry.closeAll();
    }
}
