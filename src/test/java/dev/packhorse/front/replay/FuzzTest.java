package dev.packhorse.front.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.fs.Body;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bad input, from fixed seeds: every answer is one that the protocol has, nothing is ever thrown, and nothing escapes. */
class FuzzTest {

    private static final String[] COMMANDS = {
        "ls", "fstat", "volinfo", "readfile", "writefile", "create", "mkdir", "rm", "mv", "cp"
    };
    private static final String ANSWERS = "(?s)(0|80820005|80820018|80820024|8082000a|94780004)\n.*";

    private final Device device = new Device();

    @AfterEach
    void nothingStaysOpenAndTheReadOnlyExportIsAsItWas() {
        assertThat(device.photo.open() + device.video.open() + device.snapshots.open())
                .isZero();
        assertThat(Device.text(device.video, "/v")).isEqualTo("v");
    }

    private static String noise(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(
                    random.nextInt(30) == 0
                            ? (char) random.nextInt(256)
                            : alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String query(Random random) {
        String[] names = {"name", "pos", "size", "old", "new", "src", "dest"};
        String[] values = {"/Photo", "/Photo/f", "\"/Photo/a b\"", "/Video/v", "/SnapshotDir", "/", "0x10", "07", "9"};
        StringBuilder query = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            query.append(names[random.nextInt(names.length)])
                    .append(random.nextInt(10) == 0 ? "" : "=")
                    .append(
                            random.nextInt(3) == 0
                                    ? noise(random, "/.\" &=Photo Video", 12)
                                    : values[random.nextInt(values.length)])
                    .append(random.nextInt(10) == 0 ? "" : "&");
        }
        return query.toString();
    }

    @Test
    void queriesOfAnyKindGetAnAnswer() {
        Device.put(device.video, "/v", "v");
        Random random = new Random(1);
        for (int i = 0; i < 30_000; i++) {
            String command = COMMANDS[random.nextInt(COMMANDS.length)];
            String query = query(random);
            if (random.nextInt(4) == 0) {
                query = Device.sealed(query, Device.NOW.plusSeconds(random.nextInt(100) - 50));
            }
            FakeRequest request = new FakeRequest(
                            random.nextInt(3) == 0 ? "POST" : "GET", "/httpfs-" + command + "?" + query)
                    .with("User-Agent", random.nextInt(3) == 0 ? "Other" : "Replay-HTTPFS/1");
            if (random.nextBoolean()) {
                request.body(Body.of(new byte[random.nextInt(20)]));
            }
            assertThat(device.send(request)).matches(ANSWERS);
        }
    }

    @Test
    void encryptedQueriesOfAnyKindGetAnAnswer() {
        Device.put(device.video, "/v", "v");
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder query = new StringBuilder(Device.sealed("name=/Video/v", Device.NOW));
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = "__Q_=".length() + random.nextInt(query.length() - "__Q_=".length());
                switch (random.nextInt(3)) {
                    case 0 -> query.setCharAt(at, "0123456789abcdefGz%\u00ff".charAt(random.nextInt(20)));
                    case 1 -> query.deleteCharAt(at);
                    default -> query.insert(at, (char) random.nextInt(256));
                }
            }
            assertThat(device.call("readfile", query.toString())).isIn("0\nv", "80820024\n");
        }
    }

    @Test
    void targetsOfAnyKindGetAnAnswer() {
        Device.put(device.video, "/v", "v");
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            String target = noise(random, "/httpfs-ls?name=/Photo", 40);
            assertThat(device.send(new FakeRequest("GET", target))).matches("404 Not Found\n|" + ANSWERS);
        }
    }
}
