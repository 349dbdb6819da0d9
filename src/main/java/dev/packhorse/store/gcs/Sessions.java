package dev.packhorse.store.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpResponse;
import com.google.api.services.storage.model.StorageObject;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.spi.v1.HttpStorageRpc;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP layer of Google's client, which tells the address of each resumable upload that it begins, so that the upload can be
 * cancelled: the client itself can only finish one.
 */
final class Sessions extends HttpStorageRpc {

    /** What the service answers when an upload has been cancelled (JSON API, "Cancel an upload"). */
    private static final int CANCELLED = 499;

    private final ThreadLocal<@Nullable String> begun = new ThreadLocal<>();

    Sessions(StorageOptions options) {
        super(options);
    }

    @Override
    public String open(StorageObject object, Map<Option, ?> options) {
        String address = super.open(object, options);
        begun.set(address);
        return address;
    }

    /** The address of the upload that this thread has begun since it last asked; {@code null} for none. */
    @Nullable
    String begun() {
        String address = begun.get();
        begun.remove();
        return address;
    }

    /** Makes the service forget an upload, and what it has got of it. */
    void cancel(String address) throws IOException {
        HttpResponse answer = getStorage()
                .getRequestFactory()
                .buildDeleteRequest(new GenericUrl(address))
                .setThrowExceptionOnExecuteError(false)
                .execute();
        try {
            int status = answer.getStatusCode();
            if (status >= 500 || (status >= 400 && status != CANCELLED && status != 404 && status != 410)) {
                throw new IOException("an upload is not cancelled: status " + status);
            }
        } finally {
            answer.disconnect();
        }
    }
}
