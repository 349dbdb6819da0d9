package dev.packhorse.containers;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.ExecConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.ImageFromDockerfile;

/**
 * A server in a container. Made from {@code src/test/resources/containers/NAME/}; the image stays, so that it is built once
 * on a machine.
 *
 * <p>Tests talk to the container's own address, not to a forwarded port: passive FTP works, and a port that is open means a
 * server behind it.
 */
abstract class Counterpart implements AutoCloseable {

    /** Who may log in everywhere, besides {@code root}; both with this as their password. */
    static final String USER = "packhorse";

    static final String PASSWORD = "hay-and-oats";

    /** The folder that is served, or in which the served ones are. */
    static final String FILES = "/srv/files";

    /** A folder on a disk of its own, of {@value #SMALL_BYTES} bytes; for servers that are not shared. */
    static final String SMALL = FILES + "/small";

    static final int SMALL_BYTES = 1 << 20;

    private static final int BATCH = 100;
    /** How often an engine is asked to stop a container where it is. */
    private static final int PAUSES = 20;

    private final GenericContainer<?> container;
    private final String owner;
    private final Deque<String> folders = new ArrayDeque<>();
    private final Map<String, String> answers = new HashMap<>();
    private final AtomicInteger batches = new AtomicInteger();

    /**
     * Not yet started.
     *
     * @param name the folder of the image's source
     * @param owner the user in the container to whom fresh folders belong
     */
    @SuppressWarnings("resource") // closed by close(), or by Testcontainers when the tests end
    protected Counterpart(String name, String owner) {
        this.owner = owner;
        this.container = new GenericContainer<>(new ImageFromDockerfile("localhost/packhorse-test-" + name, false)
                        .withFileFromClasspath(".", "containers/" + name))
                .withTmpFs(Map.of(SMALL, "rw,mode=1777,size=" + SMALL_BYTES));
    }

    protected final GenericContainer<?> container() {
        return container;
    }

    /** The container's address, which the tests reach. */
    final String host() {
        return container
                .getContainerInfo()
                .getNetworkSettings()
                .getNetworks()
                .values()
                .iterator()
                .next()
                .getIpAddress();
    }

    /** An empty folder that no other test gets, as a path within the container. */
    final String freshFolder() throws IOException, InterruptedException {
        synchronized (folders) {
            if (folders.isEmpty()) {
                // A command in a container takes as long as a test does: many folders with one.
                String prefix = FILES + "/" + batches.incrementAndGet() + "-";
                run("for i in $(seq " + BATCH + "); do install -d -o " + owner + " " + prefix + "$i; done");
                for (int i = 1; i <= BATCH; i++) {
                    folders.add(prefix + i);
                }
            }
            return folders.remove();
        }
    }

    /** The text of a file, also of a container that runs no more. */
    final String fileOf(String path) {
        return container.copyFileFromContainer(path, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    /** Writes a {@code known_hosts} file of the lines that {@code hostKeys()} gives. */
    final Path knownHosts(Path file, int port, List<String> hostKeys) throws IOException {
        String host = port == 22 ? host() : "[" + host() + "]:" + port;
        return Files.write(file, hostKeys.stream().map(key -> host + " " + key).toList());
    }

    /** What a shell in the container prints, as root. Fails unless it ends with 0. */
    final String run(String command) throws IOException, InterruptedException {
        Container.ExecResult result = container.execInContainer(ExecConfig.builder()
                .user("root")
                .command(new String[] {"sh", "-c", command})
                .build());
        if (result.getExitCode() != 0) {
            throw new IOException(command + ": " + result.getStderr());
        }
        return result.getStdout();
    }

    /** As {@link #run}, but only the first time; later ones get the same text. */
    protected final String once(String command) throws IOException, InterruptedException {
        synchronized (answers) {
            String answer = answers.get(command);
            if (answer == null) {
                answer = run(command);
                answers.put(command, answer);
            }
            return answer;
        }
    }

    /** Kills whatever serves a connection; the server itself lives, and takes new ones. */
    final void killProcesses() {
        try {
            run("kill -KILL -1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the container at once, and with it its address: nobody tells the other ends. */
    final void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    /** Stops all that runs in the container where it is; connections stay open and silent. */
    final void pause() {
        for (int left = PAUSES; ; left--) {
            try {
                container
                        .getDockerClient()
                        .pauseContainerCmd(container.getContainerId())
                        .exec();
                return;
            } catch (InternalServerErrorException e) {
                // On a busy machine the kernel may not have stopped all in the time that the engine gives it; the
                // engine lets go then.
                if (left == 1) {
                    throw e;
                }
            }
        }
    }

    final void unpause() {
        container
                .getDockerClient()
                .unpauseContainerCmd(container.getContainerId())
                .exec();
    }

    @Override
    public final void close() {
        container.stop();
    }
}
