package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What is at a path through which no symlink leads.
 *
 * @param node the node, at that path
 * @param head what the service says of the object or marker; {@code null} for a directory without one
 */
record Found(Node node, @Nullable HeadObjectResponse head) {

    /** A file or symlink. */
    static Found object(FsPath path, HeadObjectResponse head) {
        return new Found(
                Metadata.node(
                        path,
                        head.metadata(),
                        head.contentLength(),
                        head.eTag(),
                        head.lastModified(),
                        head.contentType()),
                head);
    }

    static Found directory(FsPath path, @Nullable HeadObjectResponse marker) {
        return new Found(Metadata.directory(path, marker == null ? Map.of() : marker.metadata()), marker);
    }

    FsPath path() {
        return node.path();
    }

    boolean isDirectory() {
        return node.isDirectory();
    }

    /** The user metadata of the object or marker. */
    Map<String, String> metadata() {
        return head == null ? Map.of() : head.metadata();
    }

    /** What the service says of a file or symlink. */
    HeadObjectResponse object() throws FsException {
        if (head == null) {
            throw new FsException(FsException.Kind.IS_A_DIRECTORY, "copy", path());
        }
        return head;
    }
}
