import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * What a program does in a bucket that has the AWS SDK and nothing else: {@code java -cp SDK Sdk.java PORT ENDPOINT BUCKET
 * FILE}.
 *
 * <p>It is asked over HTTP, so that it is warm when it is measured: {@code /up/KEY} uploads FILE, {@code /down/KEY} reads an object
 * and drops it, each answers with the number of bytes; {@code /list/PREFIX} answers with a line for each key of one level;
 * {@code /get/KEY} is the object. Client, size of parts and their number at a time are those of Packhorse's store.
 */
final class Sdk {

    private static final int PART = 8 << 20;
    private static final int PARALLEL = 4;

    private interface Action {
        byte[] run(String name) throws Exception;
    }

    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        S3Client client = client(URI.create(args[1]));
        String bucket = args[2];
        Path file = Path.of(args[3]);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 50);
        server.setExecutor(Executors.newCachedThreadPool());
        serve(server, "/up/", key -> text(up(client, bucket, key, file)));
        serve(server, "/down/", key -> text(down(client, bucket, key)));
        serve(server, "/list/", prefix -> text(list(client, bucket, prefix)));
        serve(server, "/get/", key -> client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asByteArray());
        server.start();
    }

    private static S3Client client(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("bench", "bench")))
                .forcePathStyle(true)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(128))
                .build();
    }

    private static long up(S3Client client, String bucket, String key, Path file) throws Exception {
        String id = client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key))
                .uploadId();
        List<Future<CompletedPart>> parts = new ArrayList<>();
        Semaphore free = new Semaphore(PARALLEL);
        ExecutorService threads = Executors.newFixedThreadPool(PARALLEL);
        long size = 0;
        try (InputStream in = Files.newInputStream(file)) {
            while (true) {
                free.acquire();
                byte[] bytes = in.readNBytes(PART);
                if (bytes.length == 0) {
                    break;
                }
                size += bytes.length;
                int number = parts.size() + 1;
                parts.add(threads.submit(() -> {
                    try {
                        String etag = client.uploadPart(
                                        request -> request.bucket(bucket)
                                                .key(key)
                                                .uploadId(id)
                                                .partNumber(number)
                                                .contentLength((long) bytes.length),
                                        RequestBody.fromContentProvider(
                                                () -> new ByteArrayInputStream(bytes),
                                                bytes.length,
                                                "application/octet-stream"))
                                .eTag();
                        return CompletedPart.builder().partNumber(number).eTag(etag).build();
                    } finally {
                        free.release();
                    }
                }));
            }
        } finally {
            threads.shutdown();
        }
        List<CompletedPart> completed = new ArrayList<>();
        for (Future<CompletedPart> part : parts) {
            completed.add(part.get());
        }
        client.completeMultipartUpload(request ->
                request.bucket(bucket).key(key).uploadId(id).multipartUpload(upload -> upload.parts(completed)));
        return size;
    }

    private static long down(S3Client client, String bucket, String key) throws IOException {
        long size = 0;
        try (InputStream in = client.getObject(request -> request.bucket(bucket).key(key))) {
            byte[] buffer = new byte[64 << 10];
            for (int count; (count = in.read(buffer)) >= 0; ) {
                size += count;
            }
        }
        return size;
    }

    private static String list(S3Client client, String bucket, String prefix) {
        StringBuilder lines = new StringBuilder();
        client.listObjectsV2Paginator(
                        request -> request.bucket(bucket).prefix(prefix).delimiter("/"))
                .contents()
                .forEach(object -> lines.append(object.key()).append('\n'));
        return lines.toString();
    }

    private static byte[] text(Object value) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void serve(HttpServer server, String path, Action action) {
        server.createContext(path, exchange -> {
            try (exchange) {
                int status = 200;
                byte[] answer;
                try {
                    answer = action.run(exchange.getRequestURI().getPath().substring(path.length()));
                } catch (Exception e) {
                    e.printStackTrace();
                    status = 500;
                    answer = text(e);
                }
                exchange.sendResponseHeaders(status, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
    }
}
