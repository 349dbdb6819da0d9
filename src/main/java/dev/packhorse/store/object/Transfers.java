package dev.packhorse.store.object;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Copies, moves and removals, of single objects and of trees.
 *
 * <p>A move is a copy, and when all of it is there a deletion of what was copied; if either fails, what
 * was made is deleted, and the source is as it was; what was replaced at the target does not come back. A tree is what one flat
 * listing shows below its key, all markers included, whatever they mean. What somebody replaces in a tree after it was
 * copied stays where it is, unless he does so between the listing of a page for its deletion and that deletion.
 */
public final class Transfers {

    /** Objects of a tree that are copied at the same time. */
    private static final int PARALLEL = 8;

    private final ObjectBucket bucket;
    private final Places places;
    private final Service service;
    private final Executor threads;

    /**
     * All there is to transfer within a bucket.
     *
     * @param threads where objects of trees are copied
     */
    public Transfers(ObjectBucket bucket, Places places, Service service, Executor threads) {
        this.bucket = bucket;
        this.places = places;
        this.service = service;
        this.threads = threads;
    }

    /**
     * A transfer that may begin.
     *
     * @param to where to, without symlinks in the middle
     * @param there what is there, {@code null} for nothing
     */
    private record Plan(Found source, FsPath to, @Nullable Found there) {}

    private Plan plan(FsPath source, FsPath target, TransferOptions how, String operation) throws FsException {
        if (Names.isReserved(target.name())) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        Found from = places.existing(source, operation);
        Writing.check(how.preconditions(), from, operation, source);
        if (source.isRoot() || target.isRoot()) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        Found there = places.find(target, operation);
        FsPath to = target;
        if (there == null) {
            to = places.resolve(target, operation);
            there = to.equals(target) ? null : places.find(to, operation);
        }
        if (from.path().equals(to)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (from.isDirectory() && to.isBelow(from.path())) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        if (there != null) {
            if (!how.overwrite()) {
                throw new FsException(Kind.ALREADY_EXISTS, operation, target);
            }
            same(from.node(), there, operation, target);
        }
        return new Plan(from, to, there);
    }

    private static void same(Node node, @Nullable Found there, String operation, FsPath target) throws FsException {
        if (there != null && node.isDirectory() != there.isDirectory()) {
            throw new FsException(there.isDirectory() ? Kind.IS_A_DIRECTORY : Kind.NOT_A_DIRECTORY, operation, target);
        }
    }

    /** {@link dev.packhorse.fs.Store#copy}. */
    public Node copy(FsPath source, FsPath target, TransferOptions how) throws FsException {
        Plan plan = plan(source, target, how, "copy");
        if (!plan.source().isDirectory()) {
            return transferObject(plan, target, how, "copy", false).at(target);
        }
        copyTree(plan, plan.there() != null, "copy");
        return existing(plan.to(), "copy").at(target);
    }

    /** {@link dev.packhorse.fs.Store#move}. */
    public Node move(FsPath source, FsPath target, TransferOptions how) throws FsException {
        Plan plan = plan(source, target, how, "move");
        if (plan.there() != null && plan.there().isDirectory() && places.hasChildren(plan.to(), "move")) {
            throw new FsException(Kind.NOT_EMPTY, "move", target);
        }
        Node moved;
        if (plan.source().isDirectory()) {
            moveTree(plan);
            moved = existing(plan.to(), "move");
        } else {
            moved = transferObject(plan, target, how, "move", true);
        }
        places.keep(plan.source().path().parent(), "move");
        return moved.at(target);
    }

    private Node existing(FsPath path, String operation) throws FsException {
        Found found = places.find(path, operation);
        if (found == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return found.node();
    }

    /** Copies one object, and deletes it then if it is moved. Whoever replaces it in between makes both happen again. */
    private Node transferObject(Plan plan, FsPath target, TransferOptions how, String operation, boolean move)
            throws FsException {
        Found source = plan.source();
        Found made = null;
        String write = UUID.randomUUID().toString();
        try {
            for (int attempt = 0; attempt < Writing.ATTEMPTS; attempt++) {
                try {
                    made = copyObject(source, plan.to(), made == null && !how.overwrite() ? write : null, operation);
                    if (move) {
                        deleteVersion(source, operation);
                    }
                    return made.node();
                } catch (FsException e) {
                    if (!Writing.isOvertaken(e)) {
                        throw e;
                    }
                }
                if (made == null && !how.overwrite()) {
                    made = places.find(plan.to(), operation);
                    if (made != null && !Metadata.isWrittenBy(made.metadata(), write)) {
                        made = null;
                        throw new FsException(Kind.ALREADY_EXISTS, operation, target);
                    }
                }
                Found again = places.find(source.path(), operation);
                if (again == null && made != null) {
                    return made.node();
                }
                if (again == null || again.isDirectory()) {
                    throw new FsException(Kind.NOT_FOUND, operation, source.path());
                }
                Writing.check(how.preconditions(), again, operation, source.path());
                source = again;
            }
            throw new FsException(Kind.BUSY, operation, source.path());
        } catch (FsException e) {
            if (made != null && plan.there() == null) {
                takeBack(made, source, operation, e);
            }
            throw e;
        }
    }

    /**
     * Copies one object.
     *
     * @param createNew the name of the write ({@link Writing}) if nothing may be there, else {@code null}
     */
    private Found copyObject(Found source, FsPath to, @Nullable String createNew, String operation) throws FsException {
        Headers headers = Headers.changed(source.node(), source.object(), AttributeChange.NONE);
        Condition condition = Condition.NONE;
        if (createNew != null && bucket.isConditional()) {
            headers = headers.writtenBy(createNew);
            condition = Condition.ABSENT;
        }
        return Found.object(
                to, service.copy(source.object(), bucket.key(to, operation), headers, condition, operation, to));
    }

    /** Deletes the copy of a move that has failed. Not so if the source may be gone, or may yet go: the copy is all there is. */
    private void takeBack(Found made, Found source, String operation, FsException failure) {
        switch (failure.kind()) {
            case TIMEOUT, UNAVAILABLE, IO -> {
                return;
            }
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    PERMISSION_DENIED,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE,
                    BUSY -> {
                // The service has said that it has not deleted.
            }
        }
        try {
            if (places.find(source.path(), operation) != null) {
                deleteVersion(made, operation);
            }
        } catch (FsException e) {
            failure.addSuppressed(e);
        }
    }

    private void deleteVersion(Found found, String operation) throws FsException {
        bucket.delete(bucket.key(found.path(), operation), bucket.only(found), operation, found.path());
    }

    /** Copies all keys below a directory, with its marker. Returns {@link #fingerprint}s of what it copied, sorted. */
    private long[] copyTree(Plan plan, boolean merging, String operation) throws FsException {
        FsPath path = plan.source().path();
        String from = bucket.directoryKey(path, operation);
        String to = bucket.directoryKey(plan.to(), operation);
        InFlight<Long> copied = new InFlight<>(threads, operation, path);
        boolean done = false;
        try {
            Keys keys = new Keys(bucket, from, true, operation, path);
            String before = "";
            for (Keys.Entry entry = keys.next(); entry != null; entry = keys.next()) {
                String rest = entry.key().substring(from.length());
                if (merging) {
                    requireMergeable(to, rest, before, operation, plan.to());
                }
                before = rest;
                Stored source = entry.object();
                if (source != null) {
                    copied.await(PARALLEL - 1);
                    copied.add(() -> copyKey(source, to + rest, operation, path));
                }
            }
            long[] versions = copied.results().stream()
                    .mapToLong(Long::longValue)
                    .sorted()
                    .toArray();
            done = true;
            return versions;
        } finally {
            if (!done) {
                copied.abandon();
            }
        }
    }

    /** Returns the {@link #fingerprint} of what was copied, which is never 0; 0 if it has gone. */
    private long copyKey(Stored listed, String target, String operation, FsPath path) throws FsException {
        Stored source = bucket.completed(listed, operation, path);
        for (int attempt = 0; attempt < Writing.ATTEMPTS; attempt++) {
            if (source == null) {
                return 0;
            }
            Headers headers = source.key().endsWith("/")
                    ? Headers.same(source)
                    : Headers.changed(Found.object(path, source).node(), source, AttributeChange.NONE);
            try {
                service.copy(source, target, headers, Condition.NONE, operation, path);
                return fingerprint(source);
            } catch (FsException e) {
                if (!Writing.isOvertaken(e)) {
                    throw e;
                }
            }
            source = bucket.head(source.key(), operation, path);
        }
        throw new FsException(Kind.BUSY, operation, path);
    }

    /** A version of a key in few bits, as there may be millions. Of a marker not all services list the version. */
    private static long fingerprint(Stored object) {
        String version = object.key().endsWith("/") ? "" : String.valueOf(object.version());
        return UUID.nameUUIDFromBytes((object.key() + '\n' + version).getBytes(StandardCharsets.UTF_8))
                .getLeastSignificantBits();
    }

    /**
     * Refuses a key that would make a file below a file, or a file of the name of a directory.
     *
     * @param rest the key, from that of the directory on
     * @param before the one before, whose directories need no second look
     */
    private void requireMergeable(String to, String rest, String before, String operation, FsPath target)
            throws FsException {
        for (int slash = rest.indexOf('/'); slash >= 0; slash = rest.indexOf('/', slash + 1)) {
            if (!before.startsWith(rest.substring(0, slash + 1))
                    && bucket.head(to + rest.substring(0, slash), operation, target) != null) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, target);
            }
        }
        if (!rest.isEmpty()
                && !rest.endsWith("/")
                && !bucket.list(to + rest + "/", null, true, 1, operation, target)
                        .objects()
                        .isEmpty()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, target);
        }
    }

    private void moveTree(Plan plan) throws FsException {
        FsPath path = plan.source().path();
        String from = bucket.directoryKey(path, "move");
        String to = bucket.directoryKey(plan.to(), "move");
        long[] copied = null;
        try {
            copied = copyTree(plan, false, "move");
        } finally {
            if (copied == null) {
                deleteWhatIsIn(to, from, plan.to());
                if (plan.there() != null) {
                    bucket.mark(plan.to(), plan.there().metadata(), "move");
                }
            }
        }
        long[] versions = copied;
        delete(from, object -> Arrays.binarySearch(versions, fingerprint(object)) >= 0, "move", path);
    }

    /** Deletes the keys with one prefix that are there with the other as well: what a failed move has made. */
    private void deleteWhatIsIn(String prefix, String other, FsPath path) throws FsException {
        Keys deleted = new Keys(bucket, prefix, true, "move", path);
        Keys kept = new Keys(bucket, other, true, "move", path);
        List<String> batch = new ArrayList<>();
        Keys.Entry twin = kept.next();
        for (Keys.Entry entry = deleted.next(); entry != null; entry = deleted.next()) {
            String rest = entry.key().substring(prefix.length());
            while (twin != null && FsPath.BYTEWISE.compare(twin.key().substring(other.length()), rest) < 0) {
                twin = kept.next();
            }
            if (twin != null && twin.key().substring(other.length()).equals(rest)) {
                batch.add(entry.key());
            }
            if (batch.size() == bucket.batch()) {
                bucket.delete(batch, "move", path);
                batch.clear();
            }
        }
        bucket.delete(batch, "move", path);
    }

    /** {@link dev.packhorse.fs.Store#remove}. */
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        Found found = places.existing(path, "remove");
        Writing.check(preconditions, found, "remove", path);
        if (path.isRoot()) {
            throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
        }
        if (found.isDirectory()) {
            removeTree(found.path());
        } else {
            removeObject(found, path, preconditions);
        }
        places.keep(found.path().parent(), "remove");
    }

    private void removeObject(Found seen, FsPath path, Preconditions preconditions) throws FsException {
        String key = bucket.key(seen.path(), "remove");
        if (!preconditions.needNode()) {
            bucket.delete(key, Condition.NONE, "remove", path);
            return;
        }
        Lock stripe = Stripes.of(seen.path());
        stripe.lock();
        try {
            for (int attempt = 0; attempt < Writing.ATTEMPTS; attempt++) {
                Found found = places.find(seen.path(), "remove");
                if (found == null || found.isDirectory()) {
                    if (attempt > 0) {
                        // The client has repeated a deletion whose answer was lost; or somebody else has deleted it.
                        return;
                    }
                    throw new FsException(Kind.NOT_FOUND, "remove", path);
                }
                Writing.check(preconditions, found, "remove", path);
                try {
                    deleteVersion(found, "remove");
                    return;
                } catch (FsException e) {
                    if (!Writing.isOvertaken(e)) {
                        throw e;
                    }
                }
            }
            throw new FsException(Kind.BUSY, "remove", path);
        } finally {
            stripe.unlock();
        }
    }

    private void removeTree(FsPath path) throws FsException {
        delete(bucket.directoryKey(path, "remove"), object -> true, "remove", path);
    }

    /** Deletes what a listing shows, if it is wanted. */
    private void delete(String prefix, Predicate<Stored> wanted, String operation, FsPath path) throws FsException {
        Keys keys = new Keys(bucket, prefix, true, operation, path);
        List<String> batch = new ArrayList<>();
        for (Keys.Entry entry = keys.next(); entry != null; entry = keys.next()) {
            if (entry.object() != null && wanted.test(entry.object())) {
                batch.add(entry.key());
            }
            if (batch.size() == bucket.batch()) {
                bucket.delete(batch, operation, path);
                batch.clear();
            }
        }
        bucket.delete(batch, operation, path);
    }
}
