package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.vfs2.FileObject;
import org.apache.commons.vfs2.provider.local.DefaultLocalFileProvider;
import org.apache.commons.vfs2.provider.tar.TarFileProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Operations in flight, each with a manager of its own. The provider is that of local files, as a plugin. */
class ManagerPoolTest {

    @TempDir
    Path folder;

    @TempDir
    Path temp;

    private VfsOptions options() {
        return TestOptions.plugin(
                temp,
                Map.of("disk", DefaultLocalFileProvider.class.getName(), "tarball", TarFileProvider.class.getName()));
    }

    private String uri() {
        return "disk://" + folder;
    }

    @Test
    void managersAreBoundedReusedAndClosedWhenIdle() throws IOException {
        // The timeout is what those who find no manager wait.
        ManagerPool pool = pool(TestOptions.timed(options(), Duration.ofMinutes(10), Duration.ofSeconds(1)));
        ManagerPool.Lease first = pool.take();
        try (ManagerPool.Lease second = pool.take();
                ManagerPool.Lease third = pool.take()) {
            assertThat((Object) second.root()).isNotSameAs(first.root()).isNotSameAs(third.root());
            assertThatThrownBy(pool::take)
                    .isInstanceOfSatisfying(
                            FsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(FsException.Kind.BUSY));
            second.spoil();
        }
        first.close();
        assertThat(pool.idle()).isEqualTo(2);
        try (ManagerPool.Lease again = pool.take()) {
            assertThat((Object) again.root()).isSameAs(first.root());
        }
        pool.close();

        ManagerPool sweeping = pool(options());
        sweeping.take().close();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(sweeping.idle()).isZero();
            assertThat(temp).isEmptyDirectory();
        });
        sweeping.close();
    }

    private ManagerPool pool(VfsOptions options) throws IOException {
        return new ManagerPool(VfsUri.parse(uri()), options, new Plugins(options), false);
    }

    @Test
    void manyThreadsGetTheirBytes() throws Exception {
        for (int i = 0; i < 16; i++) {
            Files.write(folder.resolve("f" + i), content(i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Store store = VfsStore.open(uri(), options())) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(thread);
                results.add(threads.submit(() -> {
                    for (int round = 0; round < 30; round++) {
                        int i = random.nextInt(16);
                        try (Content content = store.read(FsPath.parse("/f" + i));
                                InputStream in = content.body().open()) {
                            assertThat(in.readAllBytes()).isEqualTo(content(i));
                        }
                    }
                    return 1;
                }));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(temp).isEmptyDirectory();
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[20_000 + seed * 1000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Timeout(60)
    @Test
    void aManagerThatOpensAStreamIsNotGivenToOthersByAClose() throws Exception {
        ManagerPool pool = pool(TestOptions.timed(options(), Duration.ofMinutes(10), Duration.ofSeconds(1)));
        ManagerPool.Lease lease = pool.take();
        CountDownLatch opens = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        AtomicInteger streams = new AtomicInteger();
        org.apache.commons.vfs2.FileContent bytes = fake(org.apache.commons.vfs2.FileContent.class, method -> {
            if (method.equals("getInputStream") && streams.getAndIncrement() > 0) {
                opens.countDown();
                goesOn.await();
            }
            return method.equals("getInputStream") ? new ByteArrayInputStream(content(1)) : null;
        });
        FileObject file = fake(FileObject.class, method -> bytes);
        Node node = new Node(
                FsPath.parse("/f"),
                NodeType.FILE,
                Mode.FILE_DEFAULT,
                content(1).length,
                Instant.EPOCH,
                Owner.ROOT,
                null,
                null,
                null);
        Content content = new ObjectContent(node, file, lease, new VfsErrors(null));
        assertThat(content.body().open().readAllBytes()).isEqualTo(content(1));
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            Future<InputStream> again = reader.submit(() -> content.body().open());
            opens.await();
            content.close();
            try (ManagerPool.Lease next = pool.take()) {
                assertThat((Object) next.root()).isNotSameAs(lease.root());
            }
            goesOn.countDown();
            again.get();
            assertThatThrownBy(() -> content.body().open())
                    .isInstanceOfSatisfying(
                            FsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(FsException.Kind.UNAVAILABLE));
        } finally {
            goesOn.countDown();
            reader.shutdownNow();
            pool.close();
        }
    }

    private interface Answer {
        @Nullable
        Object to(String method) throws Exception;
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> answer.to(method.getName())));
    }

    @Test
    void aLayeredPluginIsReadFreshEachTime() throws IOException {
        Path file = Files.write(folder.resolve("x.tar"), ArchiveFiles.tar());
        try (Store store = VfsStore.open("tarball:file://" + file, options())) {
            assertThat(names(store)).containsExactly("a.txt", "dir", "link");
            Files.delete(file);
            assertThatThrownBy(() -> names(store)).isInstanceOf(FsException.class);
        }
        assertThat(temp).isEmptyDirectory();
    }

    private static List<String> names(Store store) throws IOException {
        List<String> names = new ArrayList<>();
        try (Listing listing = store.list(FsPath.ROOT)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
        }
        return names;
    }
}
