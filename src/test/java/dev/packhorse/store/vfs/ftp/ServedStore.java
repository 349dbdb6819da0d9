package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.ftpserver.ftplet.FileSystemView;
import org.apache.ftpserver.ftplet.FtpFile;
import org.jspecify.annotations.Nullable;

/** A store as the file system of Apache FtpServer, whose own one cannot hold all names. */
final class ServedStore implements FileSystemView {

    private final Store store;
    private final boolean rich;
    private FsPath working = FsPath.ROOT;

    /**
     * A view.
     *
     * @param rich whether a rename replaces, and names with a dot in front are listed without being asked for
     */
    ServedStore(Store store, boolean rich) {
        this.store = store;
        this.rich = rich;
    }

    @Override
    public FtpFile getHomeDirectory() {
        return new Served(FsPath.ROOT);
    }

    @Override
    public FtpFile getWorkingDirectory() {
        return new Served(working);
    }

    @Override
    public boolean changeWorkingDirectory(String directory) {
        Served there = file(directory);
        if (!there.isDirectory()) {
            return false;
        }
        working = there.path;
        return true;
    }

    @Override
    public FtpFile getFile(String file) {
        return file(file);
    }

    private Served file(String text) {
        Deque<String> segments = new ArrayDeque<>(text.startsWith("/") ? List.of() : working.segments());
        for (String segment : text.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        try {
            return new Served(FsPath.of(List.copyOf(segments)));
        } catch (FsException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public boolean isRandomAccessible() {
        return true;
    }

    @Override
    public void dispose() {}

    final class Served implements FtpFile {
        final FsPath path;

        Served(FsPath path) {
            this.path = path;
        }

        @Nullable
        Node node() {
            try {
                return store.stat(path);
            } catch (FsException e) {
                return null;
            }
        }

        void mode(int permissions) throws FsException {
            store.change(path, new AttributeChange(new Mode(permissions), null, null, null), Preconditions.NONE);
        }

        @Override
        public String getAbsolutePath() {
            return path.toString();
        }

        @Override
        public String getName() {
            return path.isRoot() ? "/" : path.name();
        }

        @Override
        public boolean isHidden() {
            return !rich && getName().startsWith(".");
        }

        private boolean is(NodeType type) {
            Node node = node();
            return node != null && node.type() == type;
        }

        @Override
        public boolean isDirectory() {
            return is(NodeType.DIRECTORY);
        }

        @Override
        public boolean isFile() {
            return is(NodeType.FILE);
        }

        @Override
        public boolean doesExist() {
            return node() != null;
        }

        @Override
        public boolean isReadable() {
            return true;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public boolean isRemovable() {
            return true;
        }

        @Override
        public String getOwnerName() {
            return "user";
        }

        @Override
        public String getGroupName() {
            return "group";
        }

        @Override
        public int getLinkCount() {
            return 1;
        }

        @Override
        public long getLastModified() {
            Node node = node();
            return node == null ? 0 : node.modified().toEpochMilli();
        }

        @Override
        public boolean setLastModified(long time) {
            try {
                store.change(
                        path, new AttributeChange(null, Instant.ofEpochMilli(time), null, null), Preconditions.NONE);
                return true;
            } catch (FsException e) {
                return false;
            }
        }

        @Override
        public long getSize() {
            Node node = node();
            return node == null ? 0 : node.size();
        }

        @Override
        public Object getPhysicalFile() {
            return path;
        }

        @Override
        public boolean mkdir() {
            try {
                store.makeDirectory(path, WriteOptions.of(Preconditions.MUST_NOT_EXIST));
                return true;
            } catch (FsException e) {
                return false;
            }
        }

        @Override
        public boolean delete() {
            try (Listing listing = isDirectory() ? store.list(path) : null) {
                if (listing != null && listing.next() != null) {
                    return false;
                }
                store.remove(path, Preconditions.NONE);
                return true;
            } catch (FsException e) {
                return false;
            }
        }

        @Override
        public boolean move(FtpFile destination) {
            try {
                store.move(
                        path,
                        ((Served) destination).path,
                        rich ? TransferOptions.OVERWRITE : TransferOptions.CREATE_NEW);
                return true;
            } catch (FsException e) {
                return false;
            }
        }

        @Override
        public @Nullable List<? extends FtpFile> listFiles() {
            try (Listing listing = store.list(path)) {
                List<FtpFile> files = new ArrayList<>();
                for (Node node = listing.next(); node != null; node = listing.next()) {
                    files.add(new Served(node.path()));
                }
                return files;
            } catch (FsException e) {
                return null;
            }
        }

        @Override
        public OutputStream createOutputStream(long offset) {
            return new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    // What has come by now is there, as on a disk.
                    store.write(path, Body.of(toByteArray()), WriteOptions.DEFAULT);
                }
            };
        }

        @Override
        public InputStream createInputStream(long offset) throws IOException {
            Content content = store.read(path);
            return content.body(new ByteRange(offset, content.node().size() - offset))
                    .open();
        }
    }
}
