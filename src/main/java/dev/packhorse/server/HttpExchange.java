package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.identity.Caller;
import io.netty.channel.Channel;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** One request on its way through the HTTP route, with what the log and the metrics want to know of it afterwards. */
public final class HttpExchange {

    private final HttpRequest request;
    private final ClientAddress client;
    private final long number;
    private final Limits limits;
    private final @Nullable String certificateName;
    private volatile Limits.Permit ofAddress = Limits.Permit.UNLIMITED;
    private volatile Limits.Permit ofIdentity = Limits.Permit.UNLIMITED;
    private @Nullable String protocol;
    private @Nullable String export;
    private @Nullable String operation;
    private @Nullable String path;

    HttpExchange(HttpRequest request, ClientAddress client, long number, Limits limits) {
        this(request, client, number, limits, null);
    }

    HttpExchange(
            HttpRequest request, ClientAddress client, long number, Limits limits, @Nullable String certificateName) {
        this.request = request;
        this.client = client;
        this.number = number;
        this.limits = limits;
        this.certificateName = certificateName;
    }

    public HttpRequest request() {
        return request;
    }

    /** Address of the client: its own, also behind a trusted proxy. */
    public InetAddress address() {
        return client.address();
    }

    /** The same as text. */
    public String remote() {
        return client.text();
    }

    /** Address of the trusted proxy that the request came through, as text; {@code null} for none. */
    public @Nullable String via() {
        return client.via();
    }

    /**
     * Says who asks, which counts against what that identity may take. To be called once, before the body is read.
     *
     * @return what to answer instead if the identity has had its share; {@code null} to go on
     */
    public @Nullable HttpResponse admit(Caller caller) {
        Limits.Admission admission = Limits.patiently(() -> limits.begin(caller));
        if (admission instanceof Limits.Permit permit) {
            ofIdentity = permit;
            return null;
        }
        Limits.Refusal refusal = (Limits.Refusal) admission;
        limits.note(refusal.limit(), caller);
        return refusal.answer();
    }

    /** The client's address may make this request. */
    void begun(Limits.Permit permit) {
        ofAddress = permit;
    }

    /** It is over: others may take what it took. */
    void ended() {
        ofAddress.close();
        ofIdentity.close();
    }

    /**
     * Takes bytes of the body from what the client may send.
     *
     * @return nanoseconds until more may be received
     */
    long received(int bytes) {
        Share address = ofAddress.share();
        Share identity = ofIdentity.share();
        Bucket one = address == null ? null : address.upload();
        Bucket other = identity == null ? null : identity.upload();
        if (one == null && other == null) {
            return 0;
        }
        long now = System.nanoTime();
        return Math.max(one == null ? 0 : one.take(bytes, now), other == null ? 0 : other.take(bytes, now));
    }

    /** The pace at which the client may receive; {@code null} for any. */
    @Nullable
    Pace pace(Channel channel) {
        Share address = ofAddress.share();
        Share identity = ofIdentity.share();
        return Pace.of(
                channel, address == null ? null : address.download(), identity == null ? null : identity.download());
    }

    /**
     * The common name (CN) in the certificate that the client has shown and the listener has verified; {@code null} if it has shown
     * none, or one without a usable name.
     */
    public @Nullable String certificateName() {
        return certificateName;
    }

    /** Counts the requests of its listener, from 1: the {@code request} of the logs. */
    public long number() {
        return number;
    }

    /** Says which front and export took the request. */
    public void servedBy(String protocolName, String exportPath) {
        protocol = protocolName;
        export = exportPath;
    }

    public @Nullable String protocol() {
        return protocol;
    }

    public @Nullable String export() {
        return export;
    }

    /** Says what was asked, for protocols in which neither the method nor the path of the target does. */
    void understood(@Nullable String command, @Nullable String subject) {
        operation = command;
        path = subject;
    }

    /** The command, such as {@code readfile}; {@code null} if the method says it. */
    public @Nullable String operation() {
        return operation;
    }

    /** What the command was about, as the client named it; {@code null} if the target says it, or nobody knows. */
    public @Nullable String path() {
        return path;
    }
}
