package dev.packhorse.containers;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.sftp.SftpOptions;
import dev.packhorse.store.sftp.SftpStore;
import dev.packhorse.store.vfs.VfsOptions;
import dev.packhorse.store.vfs.VfsStore;
import dev.packhorse.store.vfs.ftp.FtpOptions;
import dev.packhorse.store.vfs.ftp.FtpStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Each remote store with each server that it is tested against. */
enum Remote {
    OPENSSH {
        @Override
        Counterpart shared() {
            return OpenSsh.shared();
        }

        @Override
        Counterpart started() {
            return OpenSsh.started();
        }

        @Override
        Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception {
            return sftp(server, OpenSsh.PORT, ((OpenSsh) server).hostKeys(), user, folder, temp, timeout);
        }
    },
    MOD_SFTP {
        @Override
        Counterpart shared() {
            return ProFtpd.shared();
        }

        @Override
        Counterpart started() {
            return ProFtpd.started();
        }

        @Override
        Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception {
            return sftp(server, ProFtpd.SFTP, ((ProFtpd) server).hostKeys(), user, folder, temp, timeout);
        }
    },
    FTP {
        @Override
        Counterpart shared() {
            return ProFtpd.shared();
        }

        @Override
        Counterpart started() {
            return ProFtpd.started();
        }

        @Override
        Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception {
            FtpOptions options = FtpOptions.of(user, Counterpart.PASSWORD).with(timeout, 4);
            return FtpStore.open(server.host(), ProFtpd.FTP, FsPath.parse(folder), options);
        }
    },
    FTPS {
        @Override
        Counterpart shared() {
            return ProFtpd.shared();
        }

        @Override
        Counterpart started() {
            return ProFtpd.started();
        }

        @Override
        Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception {
            Path certificate = ((ProFtpd) server).certificate(temp.resolve("tls.crt"));
            FtpOptions options = FtpOptions.of(user, Counterpart.PASSWORD)
                    .with(FtpOptions.Tls.EXPLICIT, certificate)
                    .with(timeout, 4);
            return FtpStore.open(server.host(), ProFtpd.FTP, FsPath.parse(folder), options);
        }
    },
    WEBDAV {
        @Override
        Counterpart shared() {
            return ApacheDav.shared();
        }

        @Override
        Counterpart started() {
            return ApacheDav.started();
        }

        @Override
        Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception {
            VfsOptions usual = VfsOptions.DEFAULT;
            VfsOptions options = new VfsOptions(
                    usual.lazy(),
                    usual.managers(),
                    usual.idle(),
                    timeout,
                    timeout,
                    usual.recheck(),
                    usual.spoolLimit(),
                    usual.maxEntries(),
                    usual.ramLimit(),
                    temp,
                    usual.plugins(),
                    usual.providers());
            return VfsStore.open(((ApacheDav) server).vfsUri(folder), options);
        }
    };

    /** The server that all tests share. */
    abstract Counterpart shared();

    /** A server of one's own; the caller closes it. */
    abstract Counterpart started();

    /**
     * Opens a folder of the server.
     *
     * @param user {@link Counterpart#USER} or {@code root}; over WebDAV the files are the server's own in any case
     * @param temp takes what the store must know about the server
     * @param timeout for everything
     */
    abstract Store open(Counterpart server, String user, String folder, Path temp, Duration timeout) throws Exception;

    /** A store with an empty root on the shared server. */
    final Store fresh(Path temp) throws Exception {
        String user = this == OPENSSH ? "root" : Counterpart.USER;
        return open(shared(), user, shared().freshFolder(), temp, Duration.ofSeconds(20));
    }

    /** A test of one of them. */
    interface Trial {
        void run(Remote remote) throws Exception;
    }

    /** A test of one of them with a server of its own. */
    interface StartedTrial {
        void run(Remote remote, Counterpart server) throws Exception;
    }

    /**
     * As {@link #eachAtOnce}, each with a server of its own. All are started before any trial runs: an engine gives the
     * address of a container that was killed to the next one that starts.
     */
    static void eachStartedAtOnce(StartedTrial trial) throws InterruptedException {
        CountDownLatch starting = new CountDownLatch(values().length);
        eachAtOnce(remote -> {
            try (Counterpart server = remote.started(starting)) {
                starting.await();
                trial.run(remote, server);
            }
        });
    }

    private Counterpart started(CountDownLatch starting) {
        try {
            return started();
        } finally {
            starting.countDown();
        }
    }

    /** Runs a test with all of them at once, as most of it is waiting, and fails with the failures of all. */
    static void eachAtOnce(Trial trial) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(values().length);
        try {
            Map<Remote, Future<?>> running = new EnumMap<>(Remote.class);
            for (Remote remote : values()) {
                running.put(remote, threads.submit(() -> {
                    trial.run(remote);
                    return null;
                }));
            }
            List<AssertionError> failures = new ArrayList<>();
            for (Map.Entry<Remote, Future<?>> one : running.entrySet()) {
                try {
                    one.getValue().get(5, TimeUnit.MINUTES);
                } catch (ExecutionException e) {
                    failures.add(new AssertionError(one.getKey() + ": " + e.getCause(), e.getCause()));
                } catch (TimeoutException e) {
                    failures.add(new AssertionError(one.getKey() + " hangs", e));
                }
            }
            if (!failures.isEmpty()) {
                AssertionError failure = new AssertionError(
                        failures.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
                failures.forEach(failure::addSuppressed);
                throw failure;
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Store sftp(
            Counterpart server,
            int port,
            List<String> hostKeys,
            String user,
            String folder,
            Path temp,
            Duration timeout)
            throws IOException {
        Path knownHosts = server.knownHosts(temp.resolve("known_hosts"), port, hostKeys);
        SftpOptions options = SftpOptions.of(user, knownHosts)
                .withPassword(Counterpart.PASSWORD)
                .withTimeouts(new SftpOptions.Timeouts(timeout, timeout, timeout, Duration.ofMinutes(1), timeout));
        return SftpStore.open(server.host(), port, folder, options);
    }
}
