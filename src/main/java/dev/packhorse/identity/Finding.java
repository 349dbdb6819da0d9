package dev.packhorse.identity;

import org.jspecify.annotations.Nullable;

/**
 * What looking at one credential has come to.
 *
 * @param caller whose it is, if it is {@link Kind#RIGHT}; else {@code null}
 */
record Finding(Kind kind, @Nullable Caller caller) {

    enum Kind {
        RIGHT,
        /** A guess, which counts against the address. */
        WRONG,
        /** Refused, but no guess: a secret that has expired, or a token while nobody can say whether it is right. */
        UNFIT,
        /** Not looked at, since there is too much to do. */
        NOT_NOW
    }

    static final Finding WRONG = new Finding(Kind.WRONG, null);
    static final Finding UNFIT = new Finding(Kind.UNFIT, null);
    static final Finding NOT_NOW = new Finding(Kind.NOT_NOW, null);

    static Finding right(Caller caller) {
        return new Finding(Kind.RIGHT, caller);
    }
}
