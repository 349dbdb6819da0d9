package dev.packhorse;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.Random;

/** A small tree that processes change at random until they are killed. */
public final class RandomTree {

    /** One change. */
    @FunctionalInterface
    public interface Step {
        void run() throws FsException;
    }

    private RandomTree() {}

    /** Changes something; what the tree does not allow at the moment is no failure. */
    public static void attempt(Step step) throws FsException {
        try {
            step.run();
        } catch (FsException e) {
            switch (e.kind()) {
                case NOT_FOUND, NOT_A_DIRECTORY, IS_A_DIRECTORY, NOT_EMPTY, INVALID_NAME, ALREADY_EXISTS, BUSY -> {}
                default -> throw e;
            }
        }
    }

    /** One of three. */
    public static FsPath directory(Random random) throws FsException {
        return FsPath.parse("/d" + random.nextInt(3));
    }

    /** One of four in each of them. */
    public static FsPath file(Random random) throws FsException {
        return directory(random).child("f" + random.nextInt(4));
    }
}
