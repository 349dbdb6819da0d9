package dev.packhorse.fs;

/**
 * How to copy or move.
 *
 * @param overwrite whether something at the target may be replaced or merged into
 * @param preconditions what must hold for the source
 */
public record TransferOptions(boolean overwrite, Preconditions preconditions) {

    /** Replace what is there. */
    public static final TransferOptions OVERWRITE = new TransferOptions(true, Preconditions.NONE);

    /** Fail if something is there. */
    public static final TransferOptions CREATE_NEW = new TransferOptions(false, Preconditions.NONE);
}
