package dev.packhorse.gateway;

import dev.packhorse.identity.Authentication;
import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.server.HttpExchange;
import org.jspecify.annotations.Nullable;

/** Tells who asks, by the users, groups, keys and tokens that the configuration names. */
record KnownCallers(Identities identities, Authenticator authenticator) implements Callers {

    @Override
    public Authentication of(HttpExchange exchange, @Nullable String query) {
        return authenticator.authenticate(
                exchange.request(), Authenticator.token(query), exchange.certificateName(), exchange.address());
    }

    @Override
    public boolean areKnown() {
        return true;
    }

    @Override
    public boolean knows(String userOrGroup) {
        return identities.knows(userOrGroup);
    }
}
