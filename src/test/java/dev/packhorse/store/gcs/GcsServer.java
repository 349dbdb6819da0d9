package dev.packhorse.store.gcs;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Google Cloud Storage as far as its client's JSON API needs it, in memory, on a free port of the loopback (JSON API reference,
 * "Objects"; guides "Resumable uploads", "Batch requests", "Request preconditions").
 *
 * <p>It takes down every request as {@code METHOD what}, and can be told to cut answers and requests.
 */
public final class GcsServer implements AutoCloseable {

    private static final Gson JSON = new Gson();
    private static final Pattern OBJECT = Pattern.compile("/(?:download/)?storage/v1/b/([^/]+)/o/([^/]+)");
    private static final Pattern LIST = Pattern.compile("/storage/v1/b/([^/]+)/o");
    private static final Pattern UPLOAD = Pattern.compile("/(?:resumable/)?upload/storage/v1/b/([^/]+)/o");
    private static final Pattern REWRITE =
            Pattern.compile("/storage/v1/b/([^/]+)/o/([^/]+)/rewriteTo/b/([^/]+)/o/([^/]+)");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:\\*|(\\d+)-(\\d+))/(\\*|\\d+)");
    private static final long QUANTUM = 256 * 1024;

    /** One generation of an object. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Item(byte[] bytes, long generation, long metageneration, Instant created, JsonObject resource) {}

    /** An upload on its way. */
    private static final class Session {
        final String key;
        final JsonObject resource;
        final Map<String, String> query;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Session(String key, JsonObject resource, Map<String, String> query) {
            this.key = key;
            this.resource = resource;
            this.query = query;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Answer(int status, Map<String, String> headers, byte[] body) {
        static Answer json(JsonElement json) {
            return new Answer(
                    200,
                    Map.of("Content-Type", "application/json; charset=UTF-8"),
                    JSON.toJson(json).getBytes(StandardCharsets.UTF_8));
        }

        static Answer error(int status, String reason, String message) {
            JsonObject one = new JsonObject();
            one.addProperty("domain", "global");
            one.addProperty("reason", reason);
            one.addProperty("message", message);
            JsonArray errors = new JsonArray();
            errors.add(one);
            JsonObject error = new JsonObject();
            error.addProperty("code", status);
            error.addProperty("message", message);
            error.add("errors", errors);
            JsonObject body = new JsonObject();
            body.add("error", error);
            return new Answer(
                    status,
                    Map.of("Content-Type", "application/json; charset=UTF-8"),
                    JSON.toJson(body).getBytes(StandardCharsets.UTF_8));
        }

        static final Answer EMPTY = new Answer(204, Map.of(), new byte[0]);
    }

    private final String bucket;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final TreeMap<String, Item> objects = new TreeMap<>(FsPath.BYTEWISE);
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong(1_700_000_000_000_000L);
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** Statuses to answer the next requests of a kind with, instead of what they ask for. */
    private final Map<String, List<Integer>> failures = new ConcurrentHashMap<>();

    /** Kinds of requests of which the next one is done, and answered with a 503. */
    private final Set<String> lost = ConcurrentHashMap.newKeySet();

    /** What happens before requests of a kind are answered. */
    private final Map<String, Runnable> before = new ConcurrentHashMap<>();

    /** Bytes of one rewrite request; an object that is larger takes several. */
    private volatile int rewritten = 1 << 20;

    private volatile long cutAfter = -1;
    private volatile int page = 1000;

    private GcsServer(String bucket, HttpServer server) {
        this.bucket = bucket;
        this.server = server;
    }

    /** Starts a server with one empty bucket. */
    public static GcsServer start(String bucket) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        GcsServer server = new GcsServer(bucket, http);
        http.setExecutor(server.threads);
        http.createContext("/", server::serve);
        http.start();
        return server;
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Options that lead here, without credentials. */
    public GcsOptions options() {
        return new GcsOptions(endpoint(), null, true, Duration.ofMinutes(1), Duration.ofMinutes(1), 3);
    }

    /** The requests since the last call, retries included. */
    public List<String> takeRequests() {
        List<String> taken = new ArrayList<>(requests);
        requests.clear();
        return taken;
    }

    /** Forgets all objects. */
    public synchronized void clear() {
        objects.clear();
        sessions.clear();
        failures.clear();
        cutAfter = -1;
        page = 1000;
        requests.clear();
    }

    /** The keys that are there. */
    public synchronized Set<String> keys() {
        return Set.copyOf(objects.keySet());
    }

    /** The resource of an object. */
    public synchronized @Nullable JsonObject resource(String key) {
        Item item = objects.get(key);
        return item == null ? null : shown(key, item);
    }

    /** Puts an object past the store. */
    public synchronized void put(String key, byte[] bytes, JsonObject resource) {
        objects.put(key, new Item(bytes, generations.incrementAndGet(), 1, Instant.now(), resource));
    }

    /** How many uploads are on their way. */
    public int sessions() {
        return sessions.size();
    }

    /** Makes the next requests of a kind, as {@link #takeRequests} shows them, fail. */
    public void fail(String request, Integer... statuses) {
        failures.put(request, new ArrayList<>(Arrays.asList(statuses)));
    }

    /** Does the next request of a kind, and loses its answer. */
    public void lose(String request) {
        lost.add(request);
    }

    /** Does something before each request of a kind is answered, in the thread that answers it. */
    public void before(String request, Runnable first) {
        before.put(request, first);
    }

    /** Cuts the connection behind so many bytes of each content that is read; -1 for never. */
    public void cutAfter(long bytes) {
        cutAfter = bytes;
    }

    /** Most entries in a page, however many are asked for. */
    public void page(int most) {
        page = most;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            String method = exchange.getRequestMethod();
            String override = exchange.getRequestHeaders().getFirst("X-HTTP-Method-Override");
            if (override != null) {
                method = override;
            }
            String path = uri.getRawPath();
            Map<String, String> query = query(uri.getRawQuery());
            String kind = kind(method, path, query);
            requests.add(kind);
            Integer failure = failure(kind);
            if (failure != null && failure == 0) {
                return;
            }
            byte[] body = body(exchange);
            before.getOrDefault(kind, () -> {}).run();
            if (failure != null) {
                send(exchange, Answer.error(failure, "backendError", "told to fail"));
                return;
            }
            Answer answer = path.startsWith("/batch")
                    ? batch(exchange.getRequestHeaders(), body)
                    : answer(method, path, query, exchange.getRequestHeaders(), body);
            if (lost.remove(kind)) {
                answer = Answer.error(503, "backendError", "told to lose it");
            }
            send(exchange, answer, query);
        }
    }

    private @Nullable Integer failure(String kind) {
        List<Integer> left = failures.get(kind);
        synchronized (this) {
            return left == null || left.isEmpty() ? null : left.remove(0);
        }
    }

    private static String kind(String method, String path, Map<String, String> query) {
        if (path.startsWith("/batch")) {
            return "POST batch";
        }
        if (query.containsKey("upload_id")) {
            return method + " session";
        }
        if (UPLOAD.matcher(path).matches()) {
            return "POST " + query.get("uploadType");
        }
        if (REWRITE.matcher(path).matches()) {
            return "POST rewrite";
        }
        if (LIST.matcher(path).matches()) {
            return method + " list";
        }
        return method + ("media".equals(query.get("alt")) ? " media" : " object");
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        return "gzip".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                ? new GZIPInputStream(in).readAllBytes()
                : in.readAllBytes();
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        send(exchange, answer, Map.of());
    }

    private void send(HttpExchange exchange, Answer answer, Map<String, String> query) throws IOException {
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        if (answer.body().length == 0) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), answer.body().length);
        OutputStream out = exchange.getResponseBody();
        long cut = cutAfter;
        if (cut >= 0 && "media".equals(query.get("alt"))) {
            out.write(answer.body(), 0, (int) Math.min(cut, answer.body().length));
            out.flush();
            return;
        }
        out.write(answer.body());
    }

    private synchronized Answer answer(
            String method, String path, Map<String, String> query, Headers headers, byte[] body) {
        Matcher matcher = UPLOAD.matcher(path);
        if (matcher.matches()) {
            return upload(method, matcher.group(1), query, headers, body);
        }
        matcher = REWRITE.matcher(path);
        if (matcher.matches()) {
            return rewrite(decoded(matcher.group(2)), decoded(matcher.group(4)), query, body);
        }
        matcher = LIST.matcher(path);
        if (matcher.matches()) {
            return matcher.group(1).equals(bucket) ? list(query) : noBucket();
        }
        matcher = OBJECT.matcher(path);
        if (!matcher.matches()) {
            return Answer.error(404, "notFound", "Not Found");
        }
        return matcher.group(1).equals(bucket)
                ? object(method, decoded(matcher.group(2)), query, headers, body)
                : noBucket();
    }

    private static Answer noBucket() {
        return Answer.error(404, "notFound", "The specified bucket does not exist.");
    }

    private Answer object(String method, String key, Map<String, String> query, Headers headers, byte[] body) {
        Item item = objects.get(key);
        String generation = query.get("generation");
        if (item == null || (generation != null && item.generation() != Long.parseLong(generation))) {
            return Answer.error(404, "notFound", "No such object: " + bucket + "/" + key);
        }
        if (isRefused(item, query, "")) {
            return refused();
        }
        switch (method) {
            case "GET" -> {
                return "media".equals(query.get("alt")) ? media(item, headers) : Answer.json(shown(key, item));
            }
            case "DELETE" -> {
                objects.remove(key);
                return Answer.EMPTY;
            }
            case "PATCH" -> {
                JsonObject changed = item.resource().deepCopy();
                merge(
                        changed,
                        JsonParser.parseString(new String(body, StandardCharsets.UTF_8))
                                .getAsJsonObject());
                Item patched =
                        new Item(item.bytes(), item.generation(), item.metageneration() + 1, item.created(), changed);
                objects.put(key, patched);
                return Answer.json(shown(key, patched));
            }
            default -> {
                return Answer.error(405, "methodNotAllowed", method);
            }
        }
    }

    /** RFC 7396, which the JSON API's patch follows. */
    private static void merge(JsonObject target, JsonObject patch) {
        for (Map.Entry<String, JsonElement> entry : patch.entrySet()) {
            JsonElement value = entry.getValue();
            if (value.isJsonNull()) {
                target.remove(entry.getKey());
            } else if (value.isJsonObject()) {
                JsonElement old = target.get(entry.getKey());
                JsonObject inner = old == null ? new JsonObject() : old.getAsJsonObject();
                merge(inner, value.getAsJsonObject());
                target.add(entry.getKey(), inner);
            } else {
                target.add(entry.getKey(), value);
            }
        }
    }

    private static Answer media(Item item, Headers headers) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("Content-Type", text(item.resource(), "contentType", "application/octet-stream"));
        about.put("X-Goog-Generation", Long.toString(item.generation()));
        about.put("X-Goog-Metageneration", Long.toString(item.metageneration()));
        about.put("X-Goog-Stored-Content-Length", Integer.toString(item.bytes().length));
        byte[] bytes = item.bytes();
        if ("gzip".equals(text(item.resource(), "contentEncoding", ""))) {
            String accepted = headers.getFirst("Accept-Encoding");
            if (accepted == null || !accepted.contains("gzip")) {
                // Decompressive transcoding: the bytes that are served are not those that are kept.
                try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                    return new Answer(200, about, in.readAllBytes());
                } catch (IOException e) {
                    return Answer.error(500, "backendError", "no gzip");
                }
            }
            about.put("Content-Encoding", "gzip");
        }
        String range = headers.getFirst("Range");
        Matcher matcher = range == null ? null : RANGE.matcher(range);
        if (matcher == null || !matcher.matches()) {
            return new Answer(200, about, bytes);
        }
        long from = Long.parseLong(matcher.group(1));
        if (from >= bytes.length) {
            return Answer.error(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
        }
        long to = matcher.group(2).isEmpty()
                ? bytes.length - 1
                : Math.min(bytes.length - 1, Long.parseLong(matcher.group(2)));
        about.put("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
        return new Answer(206, about, Arrays.copyOfRange(bytes, (int) from, (int) to + 1));
    }

    private Answer list(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String delimiter = query.get("delimiter");
        boolean trailing = "true".equals(query.get("includeTrailingDelimiter"));
        String token = query.get("pageToken");
        int most = Math.min(page, Integer.parseInt(query.getOrDefault("maxResults", "1000")));
        JsonArray items = new JsonArray();
        JsonArray prefixes = new JsonArray();
        int count = 0;
        String last = null;
        boolean more = false;
        for (Map.Entry<String, Item> entry : objects.tailMap(prefix).entrySet()) {
            String key = entry.getKey();
            if (!key.startsWith(prefix)) {
                break;
            }
            int cut = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
            String shown = cut < 0 || delimiter == null ? key : key.substring(0, cut + delimiter.length());
            if (token != null && FsPath.BYTEWISE.compare(shown, token) <= 0) {
                continue;
            }
            if (shown.equals(last)) {
                continue;
            }
            if (count == most) {
                more = true;
                break;
            }
            count++;
            last = shown;
            if (cut >= 0) {
                prefixes.add(shown);
            }
            if (cut < 0 || (trailing && key.equals(shown))) {
                items.add(shown(key, entry.getValue()));
            }
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("kind", "storage#objects");
        if (items.size() > 0) {
            answer.add("items", items);
        }
        if (prefixes.size() > 0) {
            answer.add("prefixes", prefixes);
        }
        if (more) {
            answer.addProperty("nextPageToken", last);
        }
        return Answer.json(answer);
    }

    private Answer upload(String method, String into, Map<String, String> query, Headers headers, byte[] body) {
        if (!into.equals(bucket)) {
            return noBucket();
        }
        String id = query.get("upload_id");
        if (id != null) {
            return session(method, id, headers, body);
        }
        if ("multipart".equals(query.get("uploadType"))) {
            return multipart(query, String.valueOf(headers.getFirst("Content-Type")), body);
        }
        JsonObject resource = body.length == 0
                ? new JsonObject()
                : JsonParser.parseString(new String(body, StandardCharsets.UTF_8))
                        .getAsJsonObject();
        String key = query.containsKey("name") ? query.get("name") : text(resource, "name", "");
        if (isRefused(objects.get(key), query, "")) {
            return refused();
        }
        String made = "session-" + generations.incrementAndGet();
        sessions.put(made, new Session(key, resource, query));
        String address = endpoint() + "/upload/storage/v1/b/" + bucket + "/o?uploadType=resumable&upload_id=" + made;
        return new Answer(200, Map.of("Location", address, "X-GUploader-UploadID", made), new byte[0]);
    }

    private Answer session(String method, String id, Headers headers, byte[] body) {
        Session session = sessions.get(id);
        if (session == null) {
            return Answer.error(404, "notFound", "No such upload");
        }
        if (method.equals("DELETE")) {
            sessions.remove(id);
            return new Answer(499, Map.of(), new byte[0]);
        }
        Matcher range = CONTENT_RANGE.matcher(String.valueOf(headers.getFirst("Content-Range")));
        if (!range.matches()) {
            return Answer.error(400, "badRequest", "Content-Range");
        }
        long have = session.bytes.size();
        if (range.group(1) != null) {
            long from = Long.parseLong(range.group(1));
            long to = Long.parseLong(range.group(2));
            if (from > have || to - from + 1 != body.length) {
                return Answer.error(503, "backendError", "a gap in an upload");
            }
            if (range.group(3).equals("*") && body.length % QUANTUM != 0) {
                return Answer.error(400, "badRequest", "a chunk must be a multiple of 256 KiB");
            }
            int known = (int) (have - from);
            if (known < body.length) {
                session.bytes.write(body, known, body.length - known);
            }
        }
        if (range.group(3).equals("*") || session.bytes.size() < Long.parseLong(range.group(3))) {
            Map<String, String> about = new LinkedHashMap<>(Map.of("X-GUploader-UploadID", id));
            if (session.bytes.size() > 0) {
                about.put("Range", "bytes=0-" + (session.bytes.size() - 1));
            }
            return new Answer(308, about, new byte[0]);
        }
        if (isRefused(objects.get(session.key), session.query, "")) {
            return refused();
        }
        sessions.remove(id);
        return stored(session.key, session.bytes.toByteArray(), session.resource);
    }

    private Answer multipart(Map<String, String> query, String type, byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        String boundary = "--" + type.replaceAll(".*boundary=\"?([^\";]+)\"?.*", "$1");
        int first = text.indexOf("\r\n\r\n") + 4;
        int second = text.indexOf("\r\n" + boundary, first);
        int content = text.indexOf("\r\n\r\n", second) + 4;
        int end = text.lastIndexOf("\r\n" + boundary);
        JsonObject resource = JsonParser.parseString(
                        new String(Arrays.copyOfRange(body, first, second), StandardCharsets.UTF_8))
                .getAsJsonObject();
        String key = query.containsKey("name") ? query.get("name") : text(resource, "name", "");
        if (isRefused(objects.get(key), query, "")) {
            return refused();
        }
        return stored(key, Arrays.copyOfRange(body, content, end), resource);
    }

    private Answer stored(String key, byte[] bytes, JsonObject resource) {
        Item item = new Item(bytes, generations.incrementAndGet(), 1, Instant.now(), resource);
        objects.put(key, item);
        return Answer.json(shown(key, item));
    }

    private Answer rewrite(String from, String to, Map<String, String> query, byte[] body) {
        Item source = objects.get(from);
        String generation = query.get("sourceGeneration");
        if (source == null || (generation != null && source.generation() != Long.parseLong(generation))) {
            return Answer.error(404, "notFound", "No such object: " + bucket + "/" + from);
        }
        if (isRefused(source, query, "Source") || isRefused(objects.get(to), query, "")) {
            return refused();
        }
        int done = query.containsKey("rewriteToken") ? Integer.parseInt(query.get("rewriteToken")) : 0;
        int size = source.bytes().length;
        int now = Math.min(size, done + rewritten);
        JsonObject answer = new JsonObject();
        answer.addProperty("kind", "storage#rewriteResponse");
        answer.addProperty("totalBytesRewritten", Integer.toString(now));
        answer.addProperty("objectSize", Integer.toString(size));
        answer.addProperty("done", now == size);
        if (now < size) {
            answer.addProperty("rewriteToken", Integer.toString(now));
            return Answer.json(answer);
        }
        JsonObject resource = body.length == 0
                ? source.resource()
                : JsonParser.parseString(new String(body, StandardCharsets.UTF_8))
                        .getAsJsonObject();
        Item item = new Item(source.bytes(), generations.incrementAndGet(), 1, Instant.now(), resource.deepCopy());
        objects.put(to, item);
        answer.add("resource", shown(to, item));
        return Answer.json(answer);
    }

    private Answer batch(Headers headers, byte[] body) {
        String type = String.valueOf(headers.getFirst("Content-Type"));
        String boundary = "--" + type.replaceAll(".*boundary=\"?([^\";]+)\"?.*", "$1");
        StringBuilder out = new StringBuilder();
        String[] parts = new String(body, StandardCharsets.UTF_8).split(Pattern.quote(boundary), -1);
        for (String part : parts) {
            Matcher line = Pattern.compile("(?m)^(DELETE) (\\S+) HTTP/1.1").matcher(part);
            if (!line.find()) {
                continue;
            }
            Matcher id = Pattern.compile("(?mi)^content-id: <?([^>\\r\\n]+)>?").matcher(part);
            URI uri = URI.create(line.group(2));
            Answer answer =
                    answer(line.group(1), uri.getRawPath(), query(uri.getRawQuery()), new Headers(), new byte[0]);
            Integer failure = failure("batched");
            if (failure != null) {
                answer = Answer.error(failure, "backendError", "told to fail");
            }
            out.append("--answers\r\nContent-Type: application/http\r\nContent-ID: <response-")
                    .append(id.find() ? id.group(1) : "")
                    .append(">\r\n\r\nHTTP/1.1 ")
                    .append(answer.status())
                    .append(" X\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: ")
                    .append(answer.body().length)
                    .append("\r\n\r\n")
                    .append(new String(answer.body(), StandardCharsets.UTF_8))
                    .append("\r\n");
        }
        out.append("--answers--\r\n");
        return new Answer(
                200,
                Map.of("Content-Type", "multipart/mixed; boundary=answers"),
                out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isRefused(@Nullable Item item, Map<String, String> query, String side) {
        String generation = query.get("if" + side + "GenerationMatch");
        String metageneration = query.get("if" + side + "MetagenerationMatch");
        long isThere = item == null ? 0 : item.generation();
        return (generation != null && Long.parseLong(generation) != isThere)
                || (metageneration != null
                        && (item == null || Long.parseLong(metageneration) != item.metageneration()));
    }

    private static Answer refused() {
        return Answer.error(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
    }

    private JsonObject shown(String key, Item item) {
        JsonObject shown = item.resource().deepCopy();
        shown.addProperty("kind", "storage#object");
        shown.addProperty("bucket", bucket);
        shown.addProperty("name", key);
        shown.addProperty("size", Integer.toString(item.bytes().length));
        CRC32C checksum = new CRC32C();
        checksum.update(item.bytes());
        shown.addProperty(
                "crc32c",
                Base64.getEncoder()
                        .encodeToString(ByteBuffer.allocate(4)
                                .putInt((int) checksum.getValue())
                                .array()));
        shown.addProperty("generation", Long.toString(item.generation()));
        shown.addProperty("metageneration", Long.toString(item.metageneration()));
        shown.addProperty("timeCreated", item.created().toString());
        shown.addProperty("updated", item.created().toString());
        if (!shown.has("storageClass")) {
            shown.addProperty("storageClass", "STANDARD");
        }
        return shown;
    }

    private static String text(JsonObject object, String name, String otherwise) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? otherwise : value.getAsString();
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                query.put(
                        decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
