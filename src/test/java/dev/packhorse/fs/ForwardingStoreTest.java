package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class ForwardingStoreTest {

    /** A store around a store that lets a new operation slip through would be a hole in a policy. */
    @ParameterizedTest
    @ValueSource(classes = {ForwardingStore.class, RecordingStore.class, FaultyStore.class})
    void everyOperationIsOverridden(Class<? extends ForwardingStore> type) {
        assertOverridesEveryOperation(type);
    }

    @Test
    void aMissingOverrideIsNoticed() {
        assertThat(missing(Partial.class)).contains("stat", "read").doesNotContain("space");
    }

    /** For the tests of policies that declare themselves total. */
    public static void assertOverridesEveryOperation(Class<? extends ForwardingStore> type) {
        assertThat(missing(type)).isEmpty();
    }

    private static List<String> missing(Class<? extends ForwardingStore> type) {
        return Arrays.stream(Store.class.getMethods())
                .filter(method -> !overrides(type, method))
                .map(Method::getName)
                .toList();
    }

    private static boolean overrides(Class<?> type, Method method) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }

    abstract static class Partial extends ForwardingStore {
        protected Partial(Store delegate) {
            super(delegate);
        }

        @Override
        public Space space() throws FsException {
            return delegate().space();
        }
    }
}
