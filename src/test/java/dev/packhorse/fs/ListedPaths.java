package dev.packhorse.fs;

import java.util.ArrayList;
import java.util.List;

/** What is in a listing, by its paths. */
public final class ListedPaths {

    private ListedPaths() {}

    /** Reads a listing to its end and closes it. */
    public static List<String> of(Listing listing) throws FsException {
        List<String> paths = new ArrayList<>();
        try (listing) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }
}
