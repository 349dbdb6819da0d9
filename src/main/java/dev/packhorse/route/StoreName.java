package dev.packhorse.route;

/** Knows the location that a name without a colon stands for. */
@FunctionalInterface
public interface StoreName {

    /**
     * The location.
     *
     * @param options what the operator asks for; those that belong to the name are taken, and what is usual for it is added
     * @return as it would have been written instead of the name, {@code file:/srv/x}
     * @throws IllegalArgumentException if the operator has to mend something, with one line that says what
     */
    String location(Options options);
}
