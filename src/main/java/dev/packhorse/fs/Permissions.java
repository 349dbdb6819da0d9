package dev.packhorse.fs;

/**
 * What the caller of a request may do, for fronts that answer before anything is done. A store that is one caller's view of an export
 * is one of these; all others let everything be tried, and refuse when they are asked.
 */
public interface Permissions {

    /** Of a store that knows of no callers. */
    Permissions ALL = new Permissions() {
        @Override
        public boolean mayDoSomething() {
            return true;
        }

        @Override
        public boolean mayWrite(FsPath path) {
            return true;
        }

        @Override
        public boolean mayRemove(FsPath path) {
            return true;
        }

        @Override
        public boolean mayDescribe(FsPath path) {
            return true;
        }

        @Override
        public boolean mayMoveAway(Node node) {
            return true;
        }

        @Override
        public boolean hidesIn(FsPath directory) {
            return false;
        }

        @Override
        public boolean isKnown() {
            return false;
        }

        @Override
        public String caller() {
            return "";
        }
    };

    /** The permissions that come with a store. */
    static Permissions of(Store store) {
        return store instanceof Permissions known ? known : ALL;
    }

    /** Whether anything at all may be done anywhere, looking included. */
    boolean mayDoSomething();

    /** Whether a file or directory may be made or replaced at a path. */
    boolean mayWrite(FsPath path);

    /** Whether a path may be removed with whatever is below it. */
    boolean mayRemove(FsPath path);

    /** Whether mode, owner and time may be given to what is at a path. Where not, {@link Store#write} and its like leave them out. */
    boolean mayDescribe(FsPath path);

    /**
     * Whether a node may be moved into another store as a whole: all of it can be read, listed and removed, and nothing in it is kept
     * from the caller. Who copies what a caller sees, and then removes all there is, has to know before.
     *
     * @throws FsException as {@link Store#walk}
     */
    boolean mayMoveAway(Node node) throws FsException;

    /**
     * Whether there is something in a directory that {@link Store#list} leaves out for the caller.
     *
     * @throws FsException as {@link Store#list}
     */
    boolean hidesIn(FsPath directory) throws FsException;

    /** Whether the caller has shown who it is. */
    boolean isKnown();

    /**
     * The caller as a text from which who wired the front makes the same view again, also in another process; without a secret. Empty
     * for a store that knows of no callers.
     */
    String caller();
}
