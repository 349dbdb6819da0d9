package dev.packhorse.matrix;

import java.util.Map;

/**
 * Where a store is, as a route says it.
 *
 * @param location without {@code store:}
 * @param options the parameters
 */
record Place(String location, Map<String, String> options) {

    static Place of(String location) {
        return new Place(location, Map.of());
    }
}
