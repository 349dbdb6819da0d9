package dev.packhorse.store.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Takes down which requests are sent, retries included. */
final class Requests implements ExecutionInterceptor {

    private final List<String> sent = new CopyOnWriteArrayList<>();

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        sent.add(context.request().getClass().getSimpleName().replace("Request", ""));
    }

    /** Those since the last call. */
    List<String> take() {
        List<String> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }
}
