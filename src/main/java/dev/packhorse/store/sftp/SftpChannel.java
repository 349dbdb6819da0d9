package dev.packhorse.store.sftp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * Requests and answers of SFTP version 3 on one channel of an SSH session.
 *
 * <p>MINA's own {@code SftpClient} waits for each answer, or streams one file; this one only pairs answers with requests, so
 * that whoever knows several requests sends them at once and pays one way to the server for all. An answer that nobody waits
 * for any more is dropped. A request that gets no answer in time ends the connection, because all others wait behind it.
 */
final class SftpChannel {

    /** OpenSSH sends and takes 256 KiB; a longer message is none. */
    private static final int MAX_MESSAGE = 1 << 20;

    private final ClientSession session;
    private final ChannelSubsystem channel;
    private final Map<Integer, CompletableFuture<Reply>> pending = new ConcurrentHashMap<>();
    private final CompletableFuture<Reply> version = new CompletableFuture<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final ReentrantLock sending = new ReentrantLock();
    private final Duration timeout;
    private final OutputStream out;
    private volatile boolean lost;
    private volatile @Nullable Throwable reason;

    private SftpChannel(ClientSession session, ChannelSubsystem channel, Duration timeout) throws IOException {
        this.session = session;
        this.channel = channel;
        this.timeout = timeout;
        channel.setOut(new Messages());
        channel.setErr(OutputStream.nullOutputStream());
        channel.addCloseFutureListener(closed -> lose(null));
        channel.open().verify(timeout);
        this.out = channel.getInvertedIn();
    }

    /** Opens the subsystem and agrees on the version. */
    static SftpChannel open(ClientSession session, Duration timeout) throws IOException {
        return new SftpChannel(session, session.createSubsystemChannel("sftp"), timeout);
    }

    /** The server's answer to the version, with its extensions. */
    Reply version() throws IOException {
        // A message with a version in the place of the identifier.
        write(new Request(Request.INIT), 3);
        return await(version).version();
    }

    CompletableFuture<Reply> send(Request request) throws IOException {
        int id = ids.incrementAndGet();
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        pending.put(id, reply);
        write(request, id);
        return reply;
    }

    private void write(Request request, int id) throws IOException {
        if (lost) {
            throw new ConnectionLostException(reason);
        }
        sending.lock();
        try {
            out.write(request.head(id), 0, request.headLength());
            if (request.tailLength() > 0) {
                out.write(request.tail(), 0, request.tailLength());
            }
            out.flush();
        } catch (InterruptedIOException e) {
            // A half of a request may be out.
            close();
            throw e;
        } catch (IOException e) {
            close();
            throw new ConnectionLostException(e);
        } finally {
            sending.unlock();
        }
    }

    Reply await(CompletableFuture<Reply> reply) throws IOException {
        return await(reply, timeout);
    }

    Reply await(CompletableFuture<Reply> reply, Duration limit) throws IOException {
        try {
            return reply.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            SocketTimeoutException late = new SocketTimeoutException("no answer within " + limit.toSeconds() + " s");
            lose(late);
            close();
            throw late;
        } catch (ExecutionException e) {
            throw new ConnectionLostException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** What the server calls itself, {@code SSH-2.0-OpenSSH_9.2}. */
    String serverVersion() {
        return String.valueOf(session.getServerVersion());
    }

    boolean isOpen() {
        return !lost && channel.isOpen() && session.isOpen();
    }

    private void lose(@Nullable Throwable cause) {
        if (cause != null && reason == null) {
            reason = cause;
        }
        lost = true;
        ConnectionLostException failure = new ConnectionLostException(reason);
        version.completeExceptionally(failure);
        for (Integer id : List.copyOf(pending.keySet())) {
            CompletableFuture<Reply> reply = pending.remove(id);
            if (reply != null) {
                reply.completeExceptionally(failure);
            }
        }
    }

    /** What the server says it is, as {@code SSH-2.0-OpenSSH_9.2}. */
    String server() {
        return String.valueOf(session.getServerVersion());
    }

    /** Ends the session, at once. */
    void close() {
        lose(null);
        session.close(true);
    }

    /** Cuts what arrives into messages; called by one thread of the session at a time. */
    private final class Messages extends OutputStream {
        private final byte[] head = new byte[4];
        private int headLength;
        private byte @Nullable [] body;
        private int bodyLength;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                byte[] message = body;
                if (message == null) {
                    head[headLength++] = bytes[at++];
                    if (headLength == 4) {
                        body = new byte[size()];
                        bodyLength = 0;
                    }
                } else {
                    int n = Math.min(end - at, message.length - bodyLength);
                    System.arraycopy(bytes, at, message, bodyLength, n);
                    at += n;
                    bodyLength += n;
                    if (bodyLength == message.length) {
                        body = null;
                        headLength = 0;
                        deliver(message);
                    }
                }
            }
        }

        private int size() throws IOException {
            int size = int32(head, 0);
            if (size < 5 || size > MAX_MESSAGE) {
                // What a shell prints before the subsystem starts, mostly.
                StreamCorruptedException failure =
                        new StreamCorruptedException("the server does not speak SFTP: a message of " + size + " bytes");
                lose(failure);
                throw failure;
            }
            return size;
        }

        private void deliver(byte[] message) {
            CompletableFuture<Reply> reply =
                    (message[0] & 0xff) == Reply.VERSION ? version : pending.remove(int32(message, 1));
            if (reply != null) {
                reply.complete(new Reply(message));
            }
        }

        private static int int32(byte[] bytes, int at) {
            return (bytes[at] & 0xff) << 24
                    | (bytes[at + 1] & 0xff) << 16
                    | (bytes[at + 2] & 0xff) << 8
                    | (bytes[at + 3] & 0xff);
        }
    }
}
