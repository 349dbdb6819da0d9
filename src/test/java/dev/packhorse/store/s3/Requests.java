package dev.packhorse.store.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Takes down which requests are sent, retries included. */
final class Requests implements ExecutionInterceptor {

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Runnable> before = new ConcurrentHashMap<>();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        String name = name(context.request());
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

    /** Lets the next request of that name be done, and have another status. */
    void answer(String name, int status) {
        statuses.put(name, status);
    }

    @Override
    public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        Integer status = statuses.remove(name(context.request()));
        return status == null
                ? context.httpResponse()
                : context.httpResponse().copy(answer -> answer.statusCode(status));
    }

    private static String name(SdkRequest request) {
        return request.getClass().getSimpleName().replace("Request", "");
    }

    /** Those since the last call. */
    List<String> take() {
        List<String> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }
}
