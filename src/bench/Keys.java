import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * A bucket of S3 that can only be listed, and that at once: {@code java Keys.java PORT COUNT FILE} has COUNT keys
 * {@code events/000001.json} and the object {@code one-kib}, which is FILE.
 *
 * <p>Servers that keep objects in a folder read the whole folder for each page. This one makes up the pages, so that what is
 * measured is who asks. It answers ListObjectsV2 and GET of the object; anything else is not there.
 */
final class Keys {

    public static void main(String[] args) throws IOException {
        // Else the end of each answer waits for the acknowledgement of its beginning.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        int count = Integer.parseInt(args[1]);
        byte[] file = Files.readAllBytes(Path.of(args[2]));
        List<String> keys = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            keys.add(String.format("events/%06d.json", n));
        }
        keys.add("one-kib");
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 50);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            boolean get = exchange.getRequestMethod().equals("GET");
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            if (get && "2".equals(query.get("list-type"))) {
                answer(exchange, "application/xml", page(keys, query).getBytes(StandardCharsets.UTF_8));
            } else if (get && exchange.getRequestURI().getPath().endsWith("/one-kib")) {
                answer(exchange, "application/octet-stream", file);
            } else {
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
            }
        });
        server.start();
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> result = new HashMap<>();
        for (String each : raw == null ? new String[0] : raw.split("&")) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                result.put(
                        each.substring(0, equals),
                        URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return result;
    }

    /** The keys behind the continuation token, which is the number of keys before. */
    private static String page(List<String> keys, Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String delimiter = query.getOrDefault("delimiter", "");
        int most = Math.min(1000, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
        int next = Integer.parseInt(query.getOrDefault("continuation-token", "0"));
        StringBuilder entries = new StringBuilder();
        String group = "";
        int shown = 0;
        for (; next < keys.size(); next++) {
            String key = keys.get(next);
            if (!key.startsWith(prefix) || !group.isEmpty() && key.startsWith(group)) {
                continue;
            }
            if (shown++ == most) {
                break;
            }
            int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            if (end >= 0) {
                group = key.substring(0, end + delimiter.length());
                entries.append("<CommonPrefixes><Prefix>").append(group).append("</Prefix></CommonPrefixes>");
            } else {
                entries.append("<Contents><Key>")
                        .append(key)
                        .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;")
                        .append("0123456789abcdef0123456789abcdef")
                        .append("&quot;</ETag><Size>600</Size><StorageClass>STANDARD</StorageClass></Contents>");
            }
        }
        boolean truncated = next < keys.size();
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name><Prefix>"
                + prefix
                + "</Prefix><MaxKeys>"
                + most
                + "</MaxKeys><EncodingType>url</EncodingType><IsTruncated>"
                + truncated
                + "</IsTruncated>"
                + (truncated ? "<NextContinuationToken>" + next + "</NextContinuationToken>" : "")
                + entries
                + "</ListBucketResult>";
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
