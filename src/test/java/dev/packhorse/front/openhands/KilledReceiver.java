package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.KilledProcess;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Store;
import dev.packhorse.store.local.LocalStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A receiver of webhooks that gets requests at random until it is killed, and says so when each is answered. */
final class KilledReceiver {

    /**
     * One request: all but the first item of a batch are writes.
     *
     * @param batch whether it is one
     * @param removed what it removes, {@code null} for nothing
     * @param written what it writes behind that
     */
    record Request(boolean batch, String removed, Map<String, String> written) {

        /** The next of a sequence, which is the same for who has the same seed. */
        static Request next(Random random) {
            boolean batch = random.nextInt(3) == 0;
            boolean removes = random.nextInt(4) == 0;
            String directory = "d" + random.nextInt(3);
            String removed = removes ? random.nextBoolean() ? directory : directory + "/f" + random.nextInt(4) : "";
            int writes = batch ? random.nextInt(6) : removes ? 0 : 1;
            Map<String, String> written = random.ints(writes, 0, 4)
                    .boxed()
                    .collect(Collectors.toMap(
                            i -> directory + "/f" + i, i -> Long.toString(random.nextLong()), (a, b) -> b));
            return new Request(batch, removed, written);
        }

        /** What it means to a tree of files. */
        void apply(Map<String, String> tree) {
            if (!removed.isEmpty()) {
                tree.keySet().removeIf(path -> path.equals(removed) || path.startsWith(removed + "/"));
            }
            tree.putAll(written);
        }

        private FakeRequest http() {
            if (batch) {
                String items = written.entrySet().stream()
                        .map(each -> ",{\"method\":\"POST\",\"path\":\"%s\",\"content\":\"%s\"}"
                                .formatted(each.getKey(), each.getValue()))
                        .collect(Collectors.joining());
                String first = removed.isEmpty()
                        ? ",{\"method\":\"DELETE\",\"path\":\"none\"}"
                        : ",{\"method\":\"DELETE\",\"path\":\"%s\"}".formatted(removed);
                return post("/", "[" + (first + items).substring(1) + "]");
            }
            return written.isEmpty()
                    ? new FakeRequest("DELETE", "/" + removed)
                    : written.entrySet().stream()
                            .map(each -> post("/" + each.getKey(), each.getValue()))
                            .findFirst()
                            .orElseThrow();
        }

        private static FakeRequest post(String target, String body) {
            return new FakeRequest("POST", target).body(Body.of(body.getBytes(UTF_8)));
        }
    }

    private KilledReceiver() {}

    /** Arguments: the folder of the spool, the folder of the files, a seed. */
    public static void main(String[] arguments) throws Exception {
        Store store = LocalStore.open(Path.of(arguments[1]), LocalStore.Options.DEFAULT);
        Mirror mirror = Mirror.start("/mirror", Path.of(arguments[0]), caller -> store, WebhookOptions.DEFAULT);
        WebhookFront front = new WebhookFront(WebhookOptions.DEFAULT, mirror);
        Random random = new Random(Long.parseLong(arguments[2]));
        while (true) {
            FakeRequest request = Request.next(random).http();
            int status = front.handle(request, RequestTarget.parse(request.target()), store)
                    .status();
            System.out.println(status / 100 == 2 ? KilledProcess.STEP : "status " + status);
        }
    }
}
