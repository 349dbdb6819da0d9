package dev.packhorse.gateway;

/** Says in one line why the gateway does not start. */
final class StartFailure {

    private StartFailure() {}

    static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
