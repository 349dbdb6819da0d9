package dev.packhorse.gateway;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceSupport;

/** Loads the operator's routes, one file after the other, so that what is wrong has a file. */
final class RouteFiles {

    private RouteFiles() {}

    /**
     * Loads and starts the routes of all files that match, in the order of their names.
     *
     * @param patterns files, separated by commas; the last segment of each may be a glob
     * @throws StartException if a file cannot be read, or a route of it cannot start
     */
    static void load(CamelContext context, String patterns) throws StartException {
        for (Path file : find(patterns)) {
            try {
                PluginHelper.getRoutesLoader(context).loadRoutes(resource(file));
            } catch (Exception e) {
                throw new StartException(file + ": " + route(e) + reason(e), e);
            }
        }
    }

    private static List<Path> find(String patterns) throws StartException {
        List<Path> files = new ArrayList<>();
        for (String pattern : patterns.split(",", -1)) {
            Path path = Path.of(pattern.trim());
            Path folder = path.getParent() == null ? Path.of("") : path.getParent();
            Path last = path.getFileName();
            if (last == null) {
                throw new StartException("packhorse.routes = '" + patterns + "' names no file");
            }
            if (last.toString().chars().noneMatch(c -> "*?[{".indexOf(c) >= 0)) {
                if (!Files.isRegularFile(path)) {
                    throw new StartException("packhorse.routes: there is no file " + path.toAbsolutePath());
                }
                files.add(path);
                continue;
            }
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (DirectoryStream<Path> matches = Files.newDirectoryStream(folder, last.toString())) {
                List<Path> sorted = new ArrayList<>();
                matches.forEach(sorted::add);
                sorted.sort(null);
                files.addAll(sorted);
            } catch (IOException e) {
                throw new StartException("packhorse.routes: cannot list " + folder.toAbsolutePath(), e);
            }
        }
        return files;
    }

    private static Resource resource(Path file) {
        return new ResourceSupport("file", file.toString()) {
            @Override
            public boolean exists() {
                return Files.isRegularFile(file);
            }

            @Override
            public java.net.URI getURI() {
                return file.toUri();
            }

            @Override
            public java.io.InputStream getInputStream() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    private static String route(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FailedToCreateRouteException create) {
                return "route " + create.getRouteId() + ": ";
            }
            if (cause instanceof FailedToStartRouteException start) {
                return "route " + start.getRouteId() + ": ";
            }
        }
        return "";
    }

    /** What the innermost cause says, in one line: Camel wraps it in texts that repeat the whole route. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.replaceAll("\\s*\\R\\s*", " ").trim();
    }
}
