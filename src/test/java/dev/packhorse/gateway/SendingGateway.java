package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.KilledProcess;
import dev.packhorse.RandomTree;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A gateway that tells a receiver what happens to an export; as a process it changes {@code /files} at random until it is killed. */
final class SendingGateway {

    private SendingGateway() {}

    /** Begins to deliver the changes of an export, with pauses that are a fiftieth of the usual ones, or less. */
    static void tell(TestGateway gateway, Path folder, String export, URI url, boolean batch) throws Exception {
        gateway.load(Files.writeString(folder.resolve("tell.yaml"), """
                - route:
                    id: tell
                    from:
                      uri: changes:%s
                      parameters:
                        retry-pause: 20ms
                        retry-max-pause: 200ms
                      steps:
                        - to:
                            uri: openhands-webhook:%s
                            parameters:
                              batch: %s
                              batch-timeout: 50ms
                              max-delay: 500ms
                              try-pause: 5ms
                """.formatted(export, url, batch)), Map.of());
    }

    /** Arguments: the folder of the gateway, the receiver, whether it wants batches, the first number that is written. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        TestGateway gateway = new TestGateway(folder);
        tell(gateway, folder, "/files", URI.create(arguments[1]), Boolean.parseBoolean(arguments[2]));
        Store store = gateway.store("/files");
        long first = Long.parseLong(arguments[3]);
        Random random = new Random(first);
        for (long number = first; ; number++) {
            byte[] text = Long.toString(number).getBytes(UTF_8);
            RandomTree.attempt(() -> change(store, random, text));
            System.out.println(KilledProcess.STEP);
        }
    }

    private static void change(Store store, Random random, byte[] text) throws FsException {
        switch (random.nextInt(16)) {
            case 0 -> store.remove(RandomTree.directory(random), Preconditions.NONE);
            case 1, 2 -> store.remove(RandomTree.file(random), Preconditions.NONE);
            default -> {
                FsPath file = RandomTree.file(random);
                FsPath directory = Objects.requireNonNull(file.parent());
                RandomTree.attempt(() -> store.makeDirectory(directory, WriteOptions.DEFAULT));
                store.write(file, Body.of(text), WriteOptions.DEFAULT);
            }
        }
    }
}
