package dev.packhorse.fs;

/** How to create or replace: metadata to give, and what must hold. */
public record WriteOptions(AttributeChange attributes, Preconditions preconditions) {

    /** Default metadata, whatever is there. */
    public static final WriteOptions DEFAULT = new WriteOptions(AttributeChange.NONE, Preconditions.NONE);

    public static WriteOptions of(AttributeChange attributes) {
        return new WriteOptions(attributes, Preconditions.NONE);
    }

    public static WriteOptions of(Preconditions preconditions) {
        return new WriteOptions(AttributeChange.NONE, preconditions);
    }
}
