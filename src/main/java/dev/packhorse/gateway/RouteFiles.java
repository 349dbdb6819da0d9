package dev.packhorse.gateway;

import dev.packhorse.route.Export;
import dev.packhorse.route.Location;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.Route;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceSupport;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeType;

/** Loads the operator's routes, one file after the other, so that what is wrong has a file. */
final class RouteFiles {

    private RouteFiles() {}

    /**
     * Loads and starts the routes of all files that match, in the order of their names.
     *
     * @param patterns files, separated by commas; the last segment of each may be a glob
     * @param exports what the routes have announced themselves to
     * @return the files that the routes are in, by the id of the route
     * @throws StartException if a file cannot be read, a route of it cannot start, or an export has no store
     */
    static Map<String, Path> load(CamelContext context, String patterns, Exports exports) throws StartException {
        context.getCamelContextExtension().setErrorHandlerFactory(quietErrorHandler());
        Map<String, Path> files = new HashMap<>();
        for (Path file : find(patterns)) {
            Map<String, Route> before =
                    context.getRoutes().stream().collect(Collectors.toMap(Route::getRouteId, route -> route));
            try {
                requireList(file);
                PluginHelper.getRoutesLoader(context).loadRoutes(resource(file));
            } catch (StartException e) {
                throw e;
            } catch (Exception e) {
                throw new StartException(file + ": " + route(e) + reason(e), e);
            }
            for (Route route : context.getRoutes()) {
                // Camel lets a later route take the place of an earlier one.
                Route earlier = before.get(route.getRouteId());
                if (earlier != null && earlier != route) {
                    throw new StartException(file + ": route " + route.getRouteId() + ": a route of this id is in "
                            + files.get(route.getRouteId()));
                }
                files.putIfAbsent(route.getRouteId(), file);
            }
        }
        // Only now, since a store may be behind a route of a later file.
        for (Export export : exports.all()) {
            try {
                exports.check(export);
            } catch (RuntimeException e) {
                throw new StartException(
                        files.get(export.routeId()) + ": route " + export.routeId() + ": " + reason(e), e);
            }
        }
        return files;
    }

    /** Camel takes a file that is no list for one without routes. */
    private static void requireList(Path file) throws IOException, StartException {
        try (InputStream in = Files.newInputStream(file)) {
            Node root = new Compose(
                            LoadSettings.builder().setLabel(file.toString()).build())
                    .composeInputStream(in)
                    .orElse(null);
            if (root != null && root.getNodeType() != NodeType.SEQUENCE) {
                throw new StartException(file + ": line "
                        + (root.getStartMark().map(Mark::getLine).orElse(0) + 1)
                        + ": a list is expected, in which each route begins with - route:");
            }
        }
    }

    /**
     * Says nothing about a failed message: who has sent it logs or answers it, the end of the route says in one line which
     * store has failed, and stores fail by the thousand.
     */
    private static ErrorHandlerFactory quietErrorHandler() {
        DefaultErrorHandlerDefinition quiet = new DefaultErrorHandlerDefinition();
        quiet.setRedeliveryPolicy(new RedeliveryPolicyDefinition().logExhausted(false));
        return quiet;
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
            if (isGlob(folder)) {
                throw new StartException(
                        "packhorse.routes = '" + patterns + "': only the last part of a path may be a pattern");
            }
            if (!isGlob(last)) {
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
            } catch (PatternSyntaxException e) {
                throw new StartException("packhorse.routes: '" + last + "' is no pattern", e);
            } catch (IOException e) {
                throw new StartException("packhorse.routes: cannot list " + folder.toAbsolutePath(), e);
            }
        }
        return files.stream().distinct().toList();
    }

    private static boolean isGlob(Path path) {
        return path.toString().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
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
            public InputStream getInputStream() throws IOException {
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

    /**
     * What is wrong, in one line without secrets: what Camel's exceptions are about, whose own texts repeat the whole route.
     */
    static String reason(Throwable failure) {
        Throwable said = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException yaml) {
                String where = yaml.getProblemMark()
                        .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ")
                        .orElse("");
                return line(where + yaml.getProblem());
            }
            if (cause instanceof URISyntaxException uri) {
                return line("'" + uri.getInput() + "' is no address: " + uri.getReason());
            }
            if (cause instanceof NullPointerException) {
                return "a route is incomplete (" + cause.getMessage() + ")";
            }
            said = cause;
            if (!cause.getClass().getName().startsWith("org.apache.camel.") && cause.getMessage() != null) {
                break;
            }
        }
        Throwable root = said;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = said.getMessage();
        if (message == null) {
            return said.getClass().getSimpleName();
        }
        return line(root == said ? message : message + " (" + root + ")");
    }

    private static String line(String text) {
        return Location.withoutSecrets(text.replaceAll("\\s*\\R\\s*", " ").trim());
    }
}
