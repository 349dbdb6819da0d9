package dev.packhorse.store.vfs;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.TransferOptions;
import java.io.IOException;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Copies and moves, of our own: those of Commons VFS delete the target first, and copy one node of a tree. */
final class Transfers {

    private final VfsStore store;
    private final Drive drive;
    private final Lock lock;

    Transfers(VfsStore store, Drive drive, Lock lock) {
        this.store = store;
        this.drive = drive;
        this.lock = lock;
    }

    Node move(FsPath source, FsPath target, TransferOptions options) throws IOException {
        lock.lock();
        try {
            Node node = check("move", source, target, options);
            Node there = store.find(target, "move");
            if (there != null) {
                same(node, there, "move", target);
                if (there.isDirectory()) {
                    requireEmpty(target);
                }
            }
            drive.rename(source, node, target);
            return store.existing(target, "move");
        } finally {
            lock.unlock();
        }
    }

    Node copy(FsPath source, FsPath target, TransferOptions options) throws IOException {
        Node node = check("copy", source, target, options);
        Node there = store.find(target, "copy");
        if (there != null) {
            same(node, there, "copy", target);
        }
        copy(source, node, target, options);
        return store.existing(target, "copy");
    }

    private void copy(FsPath source, Node node, FsPath target, TransferOptions options) throws IOException {
        if (!node.isDirectory()) {
            copyFile(source, target, options);
            return;
        }
        lock.lock();
        try {
            Node there = store.find(target, "copy");
            if (there == null) {
                drive.makeDirectory(target);
            } else {
                same(node, there, "copy", target);
            }
        } finally {
            lock.unlock();
        }
        try (Listing children = store.children(source)) {
            for (Node child = children.next(); child != null; child = children.next()) {
                String name = child.path().name();
                copy(source.child(name), child, target.child(name), TransferOptions.OVERWRITE);
            }
        }
        if (drive.capabilities().has(Capability.MODIFIED)) {
            drive.touch(target, node.modified());
        }
    }

    private void copyFile(FsPath source, FsPath target, TransferOptions options) throws IOException {
        FsPath temp = Temporary.beside(target);
        boolean placed = false;
        try {
            drive.copyFile(source, temp);
            Node copied = store.existing(temp, "copy");
            lock.lock();
            try {
                Node there = store.find(target, "copy");
                if (there != null) {
                    if (!options.overwrite()) {
                        throw new FsException(Kind.ALREADY_EXISTS, "copy", target);
                    }
                    same(copied, there, "copy", target);
                }
                drive.rename(temp, copied, target);
                placed = true;
            } finally {
                lock.unlock();
            }
        } finally {
            if (!placed) {
                store.discard(temp);
            }
        }
    }

    /** The source of a transfer that may begin. */
    private Node check(String operation, FsPath source, FsPath target, TransferOptions options) throws FsException {
        Node node = store.existing(source, operation);
        options.preconditions().check(node, operation, source);
        if (source.isRoot() || target.isRoot() || source.equals(target) || Temporary.isTemporary(target.name())) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (node.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Node there = store.find(target, operation);
        if (there == null) {
            store.requireParent(target, operation);
        } else if (!options.overwrite()) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        return node;
    }

    private static void same(Node node, @Nullable Node there, String operation, FsPath target) throws FsException {
        if (there != null && node.isDirectory() != there.isDirectory()) {
            throw new FsException(there.isDirectory() ? Kind.IS_A_DIRECTORY : Kind.NOT_A_DIRECTORY, operation, target);
        }
    }

    private void requireEmpty(FsPath directory) throws IOException {
        try (Listing children = store.children(directory)) {
            if (children.next() != null) {
                throw new FsException(Kind.NOT_EMPTY, "move", directory);
            }
        }
    }
}
