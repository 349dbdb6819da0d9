package dev.packhorse.store.vfs;

import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.vfs2.provider.FileProvider;
import org.jspecify.annotations.Nullable;

/** Providers of Commons VFS beside those that are served here anyway: by class name, from jars in a folder. */
final class Plugins implements Closeable {

    private static final Set<String> OWN = Set.of(
            "file",
            "tmp",
            "res",
            "ram",
            "http",
            "https",
            "http5",
            "http5s",
            "webdav4",
            "webdav4s",
            "zip",
            "jar",
            "sar",
            "ear",
            "par",
            "ejb3",
            "war",
            "tar",
            "tgz",
            "tbz2",
            "gz",
            "bz2",
            "ftp",
            "ftps",
            "sftp");

    private final Map<String, Class<? extends FileProvider>> classes = new LinkedHashMap<>();
    private final @Nullable URLClassLoader loader;

    /**
     * Finds all classes.
     *
     * @throws IllegalArgumentException if one is not there, or is none, or its scheme is taken
     */
    Plugins(VfsOptions options) {
        Path folder = options.plugins();
        this.loader = folder == null ? null : new URLClassLoader(jars(folder), Plugins.class.getClassLoader());
        options.providers().forEach(this::add);
    }

    private void add(String scheme, String name) {
        if (OWN.contains(scheme) || !scheme.matches("[a-z][a-z0-9+.-]*")) {
            throw new IllegalArgumentException("a provider cannot be registered for '" + scheme + "'");
        }
        try {
            ClassLoader from = loader == null ? Plugins.class.getClassLoader() : loader;
            Class<? extends FileProvider> found =
                    Class.forName(name, true, from).asSubclass(FileProvider.class);
            if (found.getConstructors().length == 0) {
                throw new ClassNotFoundException(name);
            }
            classes.put(scheme, found);
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw new IllegalArgumentException(
                    "provider " + name + " of '" + scheme + "' is no class of that name with a public constructor,"
                            + " or is no provider of Commons VFS",
                    e);
        }
    }

    private static URL[] jars(Path folder) {
        List<URL> urls = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                urls.add(jar.toUri().toURL());
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the folder of plugins cannot be read: " + folder, e);
        }
        return urls.toArray(new URL[0]);
    }

    boolean has(String scheme) {
        return classes.containsKey(scheme);
    }

    /** All schemes that can be served, for whoever got one wrong. */
    Set<String> schemes() {
        Set<String> all = new TreeSet<>(OWN);
        all.addAll(classes.keySet());
        all.remove("sftp");
        return all;
    }

    /** Fresh providers by scheme. */
    Map<String, FileProvider> providers() throws IOException {
        Map<String, FileProvider> providers = new LinkedHashMap<>();
        for (Map.Entry<String, Class<? extends FileProvider>> plugin : classes.entrySet()) {
            try {
                providers.put(
                        plugin.getKey(), plugin.getValue().getConstructor().newInstance());
            } catch (ReflectiveOperationException e) {
                throw new IOException("provider of '" + plugin.getKey() + "' cannot be made", e);
            }
        }
        return providers;
    }

    @Override
    public void close() throws IOException {
        if (loader != null) {
            loader.close();
        }
    }
}
