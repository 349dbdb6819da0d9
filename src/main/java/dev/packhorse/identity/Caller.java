package dev.packhorse.identity;

import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind one request.
 *
 * @param name who has shown a credential; {@code null} for nobody that is known
 * @param groups of that name; empty for nobody
 * @param address where the request came from: the client's own, also behind a trusted proxy
 * @param scope what the credential is limited to, beside what its owner may; {@code null} for no limit
 */
public record Caller(
        @Nullable String name,
        Set<String> groups,
        InetAddress address,
        @Nullable Scope scope) {

    public Caller {
        groups = Set.copyOf(groups);
        if (name == null && !groups.isEmpty()) {
            throw new IllegalArgumentException("nobody is in no group");
        }
    }

    /**
     * What a key may at most be used for.
     *
     * @param rights these and no others
     * @param exports only in these, by path ({@code /photos}); empty for all
     */
    public record Scope(Set<Right> rights, Set<String> exports) {

        public Scope {
            rights = Set.copyOf(rights);
            exports = Set.copyOf(exports);
        }
    }

    /** Somebody who has shown nothing. */
    public static Caller anonymous(InetAddress address) {
        return new Caller(null, Set.of(), address, null);
    }

    public boolean isAnonymous() {
        return name == null;
    }

    /** For logs and for the header {@code PackhorseCaller}. */
    public String label() {
        return name == null ? "anonymous" : name;
    }
}
