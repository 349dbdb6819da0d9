package dev.packhorse.policy.cache;

/**
 * When a question was put to the store.
 *
 * @param change the number of the last change that had ended then
 * @param nanos the time, as {@link System#nanoTime} counts it
 */
record Moment(long change, long nanos) {

    boolean isBefore(Moment other) {
        return nanos - other.nanos < 0;
    }
}
