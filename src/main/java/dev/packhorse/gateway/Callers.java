package dev.packhorse.gateway;

import dev.packhorse.identity.Authentication;
import dev.packhorse.identity.Caller;
import dev.packhorse.server.HttpExchange;
import org.jspecify.annotations.Nullable;

/** Tells who asks. */
interface Callers {

    /** Nobody is known, and credentials are not looked at. */
    Callers ANONYMOUS = new Callers() {
        @Override
        public Authentication of(HttpExchange exchange, @Nullable String query) {
            return new Authentication.Accepted(Caller.anonymous(exchange.address()));
        }

        @Override
        public boolean areKnown() {
            return false;
        }

        @Override
        public boolean knows(String userOrGroup) {
            return false;
        }
    };

    /**
     * Who stands behind a request. May take a second of work.
     *
     * @param query of the target, whose {@code token} counts; {@code null} where it does not
     */
    Authentication of(HttpExchange exchange, @Nullable String query);

    /** Whether somebody is known, so that it makes sense to ask for a credential. */
    boolean areKnown();

    /** Whether a user or a group has this name. */
    boolean knows(String userOrGroup);
}
