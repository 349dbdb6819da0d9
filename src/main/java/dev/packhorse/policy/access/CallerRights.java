package dev.packhorse.policy.access;

import dev.packhorse.fs.FsPath;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one caller may do in one export, path by path. */
public final class CallerRights {

    /**
     * What rules whose path is the same say of it; {@code null} for none.
     *
     * @param itself at that path alone
     * @param children directly below it
     * @param tree there and below
     */
    record Here(
            @Nullable Set<Right> itself,
            @Nullable Set<Right> children,
            @Nullable Set<Right> tree) {

        Here and(Here other) {
            return new Here(
                    itself == null ? other.itself : itself,
                    children == null ? other.children : children,
                    tree == null ? other.tree : tree);
        }

        private Stream<Set<Right>> all() {
            return Stream.of(itself, children, tree).filter(Objects::nonNull).map(Objects::requireNonNull);
        }
    }

    private final Caller caller;
    private final Set<Right> whole;
    private final Map<FsPath, Here> rules;
    private final boolean uniform;

    CallerRights(Caller caller, Set<Right> whole, Map<FsPath, Here> rules) {
        this.caller = caller;
        this.whole = whole;
        this.rules = rules;
        this.uniform =
                rules.isEmpty() || rules.values().stream().flatMap(Here::all).allMatch(whole::equals);
    }

    public Caller caller() {
        return caller;
    }

    /** Whether the caller may do everything everywhere. */
    public boolean isAll() {
        return uniform && whole.equals(Right.ALL);
    }

    /** Whether the caller may do nothing anywhere. */
    boolean isNothing() {
        return uniform && whole.isEmpty();
    }

    /** Whether the caller may see something somewhere. */
    public boolean seesAnything() {
        return anywhere(Right.READ) || anywhere(Right.LIST);
    }

    /** Whether the caller may do the same everywhere. */
    boolean isUniform() {
        return uniform;
    }

    /** Whether the export has rules for paths, of whatever effect on this caller. */
    boolean dependOnPaths() {
        return !rules.isEmpty();
    }

    boolean anywhere(Right right) {
        return whole.contains(right)
                || rules.values().stream().flatMap(Here::all).anyMatch(rights -> rights.contains(right));
    }

    /** What the caller may do at a path. */
    Set<Right> at(FsPath path) {
        if (uniform) {
            return whole;
        }
        FsPath parent = path.parent();
        return at(path, parent == null ? whole : inChildrenOf(parent));
    }

    /** As above, for who knows what is said of {@linkplain #inChildrenOf the children of its directory}. */
    Set<Right> at(FsPath path, Set<Right> asAnyChild) {
        Here here = rules.get(path);
        if (here == null) {
            return asAnyChild;
        }
        return here.itself() != null ? here.itself() : here.tree() != null ? here.tree() : asAnyChild;
    }

    /** What the caller may do to the children of a directory, but for those that have a rule of their own. */
    Set<Right> inChildrenOf(FsPath directory) {
        Here here = rules.get(directory);
        return here != null && here.children() != null ? here.children() : deepIn(directory);
    }

    /** What the caller may do deep in a directory. */
    private Set<Right> deepIn(FsPath directory) {
        for (FsPath each = directory; each != null; each = each.parent()) {
            Here here = rules.get(each);
            if (here != null && here.tree() != null) {
                return here.tree();
            }
        }
        return whole;
    }

    /** Whether the caller may do all that at a path and at whatever there may be below it. */
    boolean throughout(FsPath path, Collection<Right> rights) {
        if (uniform) {
            return whole.containsAll(rights);
        }
        return at(path).containsAll(rights)
                && inChildrenOf(path).containsAll(rights)
                && deepIn(path).containsAll(rights)
                && rules.entrySet().stream()
                        .filter(rule -> rule.getKey().isBelow(path))
                        .flatMap(rule -> rule.getValue().all())
                        .allMatch(each -> each.containsAll(rights));
    }
}
