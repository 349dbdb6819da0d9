package dev.packhorse.store.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Takes down which requests are sent, retries included. */
final class Requests implements ExecutionInterceptor {

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Runnable> before = new ConcurrentHashMap<>();

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        String name = context.request().getClass().getSimpleName().replace("Request", "");
        sent.add(name);
        Runnable first = before.remove(name);
        if (first != null) {
            first.run();
        }
    }

    /** Does something once, before the next request of that name goes out. */
    void before(String name, Runnable first) {
        before.put(name, first);
    }

    /** Those since the last call. */
    List<String> take() {
        List<String> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }
}
