package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.vfs2.CacheStrategy;
import org.apache.commons.vfs2.FileObject;
import org.apache.commons.vfs2.FileSystemOptions;
import org.apache.commons.vfs2.cache.DefaultFilesCache;
import org.apache.commons.vfs2.cache.NullFilesCache;
import org.apache.commons.vfs2.impl.DefaultFileReplicator;
import org.apache.commons.vfs2.impl.DefaultFileSystemManager;
import org.apache.commons.vfs2.impl.PrivilegedFileReplicator;
import org.apache.commons.vfs2.provider.AbstractLayeredFileProvider;
import org.apache.commons.vfs2.provider.FileProvider;
import org.apache.commons.vfs2.provider.ftp.FtpFileProvider;
import org.apache.commons.vfs2.provider.ftp.FtpFileSystemConfigBuilder;
import org.apache.commons.vfs2.provider.ftps.FtpsFileProvider;
import org.apache.commons.vfs2.provider.local.DefaultLocalFileProvider;
import org.apache.commons.vfs2.provider.ram.RamFileProvider;
import org.apache.commons.vfs2.provider.ram.RamFileSystemConfigBuilder;

/**
 * Managers of Commons VFS, each in the hands of one operation at a time: shared ones have returned wrong bytes. A manager
 * has its own connection and its own temporary folder, which goes with it. It remembers no files from one operation to the
 * next, or is closed after each if its provider cannot do without.
 */
final class ManagerPool implements Closeable {

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "packhorse-vfs-idle");
        thread.setDaemon(true);
        return thread;
    });

    private final String uri;
    private final VfsOptions options;
    private final Plugins plugins;
    private final Semaphore permits;
    private final boolean keepsState;
    private final Deque<Manager> idle = new ArrayDeque<>();
    private final ScheduledFuture<?> sweeping;
    private boolean closed;

    /**
     * An empty pool.
     *
     * @param keepsState whether the files are in the manager itself: then there is one, which stays
     */
    ManagerPool(VfsUri uri, VfsOptions options, Plugins plugins, boolean keepsState) {
        this.uri = uri.text();
        this.options = options;
        this.plugins = plugins;
        this.keepsState = keepsState;
        this.permits = new Semaphore(keepsState ? 1 : options.managers(), true);
        long pause = Math.max(100, options.idle().toMillis() / 2);
        this.sweeping = CLOCK.scheduleWithFixedDelay(this::sweep, pause, pause, TimeUnit.MILLISECONDS);
    }

    /** A manager with the root of the file system. */
    private static final class Manager {
        final DefaultFileSystemManager manager = new DefaultFileSystemManager();
        final TempFolder temp;
        final FileObject root;
        final boolean reusable;
        long since;

        Manager(String uri, VfsOptions options, Plugins plugins) throws IOException {
            this.temp = TempFolder.create(options.temp());
            boolean made = false;
            try {
                DefaultFileReplicator replicator =
                        new DefaultFileReplicator(temp.path().toFile());
                manager.setReplicator(new PrivilegedFileReplicator(replicator));
                manager.setTemporaryFileStore(replicator);
                manager.addProvider("file", new DefaultLocalFileProvider());
                manager.addProvider("ram", new RamFileProvider());
                manager.addProvider("ftp", new FtpFileProvider());
                manager.addProvider("ftps", new FtpsFileProvider());
                boolean layered = false;
                for (Map.Entry<String, FileProvider> plugin :
                        plugins.providers().entrySet()) {
                    manager.addProvider(plugin.getKey(), plugin.getValue());
                    layered |= plugin.getValue() instanceof AbstractLayeredFileProvider
                            && uri.startsWith(plugin.getKey() + ":");
                }
                // Layered providers put the entries of an archive there once, and look for them nowhere else.
                manager.setFilesCache(layered ? new DefaultFilesCache() : new NullFilesCache());
                manager.setCacheStrategy(CacheStrategy.ON_RESOLVE);
                manager.init();
                this.reusable = !layered;
                this.root = manager.resolveFile(uri, fileSystemOptions(options));
                made = true;
            } finally {
                if (!made) {
                    close();
                }
            }
        }

        private static FileSystemOptions fileSystemOptions(VfsOptions options) {
            FileSystemOptions all = new FileSystemOptions();
            RamFileSystemConfigBuilder.getInstance().setMaxSize(all, options.ramLimit());
            FtpFileSystemConfigBuilder ftp = FtpFileSystemConfigBuilder.getInstance();
            ftp.setPassiveMode(all, true);
            ftp.setUserDirIsRoot(all, false);
            ftp.setConnectTimeout(all, options.connectTimeout());
            ftp.setSoTimeout(all, options.timeout());
            ftp.setDataTimeout(all, options.timeout());
            ftp.setControlEncoding(all, "UTF-8");
            return all;
        }

        void close() throws IOException {
            try (temp) {
                manager.close();
            }
        }
    }

    /** A manager in use. Closing gives it back; {@link #spoil} before that makes sure that nobody gets it again. */
    final class Lease implements Closeable {
        private final Manager manager;
        private final AtomicBoolean returned = new AtomicBoolean();
        private boolean spoilt;

        private Lease(Manager manager) {
            this.manager = manager;
            this.spoilt = !manager.reusable;
        }

        FileObject root() {
            return manager.root;
        }

        /** The connection may be in the middle of something. */
        void spoil() {
            spoilt = !keepsState;
        }

        @Override
        public void close() throws IOException {
            if (returned.compareAndSet(false, true)) {
                try {
                    giveBack(manager, spoilt);
                } finally {
                    permits.release();
                }
            }
        }
    }

    /**
     * Takes a manager, after waiting for one if all are in use.
     *
     * @throws FsException {@code BUSY} if none gets free in time
     */
    Lease take() throws IOException {
        Duration wait = options.timeout();
        try {
            if (!permits.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new FsException(Kind.BUSY, "connect", FsPath.ROOT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, "connect", FsPath.ROOT, e);
        }
        boolean taken = false;
        try {
            Manager manager;
            synchronized (idle) {
                if (closed) {
                    throw new FsException(Kind.UNAVAILABLE, "connect", FsPath.ROOT);
                }
                manager = idle.poll();
            }
            Lease lease = new Lease(manager == null ? new Manager(uri, options, plugins) : manager);
            taken = true;
            return lease;
        } finally {
            if (!taken) {
                permits.release();
            }
        }
    }

    private void giveBack(Manager manager, boolean spoilt) throws IOException {
        boolean keep;
        synchronized (idle) {
            keep = !spoilt && !closed;
            if (keep) {
                manager.since = System.nanoTime();
                idle.push(manager);
            }
        }
        if (!keep) {
            manager.close();
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        while (!keepsState) {
            Manager old = null;
            synchronized (idle) {
                // The last one given back is in front: those behind wait longest.
                Iterator<Manager> all = idle.descendingIterator();
                if (all.hasNext()) {
                    Manager last = all.next();
                    if (now - last.since > options.idle().toNanos()) {
                        all.remove();
                        old = last;
                    }
                }
            }
            if (old == null) {
                return;
            }
            try {
                old.close();
            } catch (IOException | RuntimeException e) {
                // Its temporary folder stays; the next one gets another.
                return;
            }
        }
    }

    /** How many managers wait for work. */
    int idle() {
        synchronized (idle) {
            return idle.size();
        }
    }

    @Override
    public void close() throws IOException {
        sweeping.cancel(false);
        Deque<Manager> left;
        synchronized (idle) {
            closed = true;
            left = new ArrayDeque<>(idle);
            idle.clear();
        }
        try (plugins) {
            closeAll(left);
        }
    }

    private static void closeAll(Deque<Manager> managers) throws IOException {
        Manager next = managers.poll();
        if (next != null) {
            try {
                next.close();
            } finally {
                closeAll(managers);
            }
        }
    }
}
