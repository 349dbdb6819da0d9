package dev.packhorse.store.sftp;

import dev.packhorse.Canary;
import dev.packhorse.fs.SmallHeap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.security.KeyPair;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.apache.sshd.sftp.server.DirectoryHandle;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.SftpFileSystemAccessor;
import org.apache.sshd.sftp.server.SftpSubsystem;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.apache.sshd.sftp.server.SftpSubsystemProxy;
import org.jspecify.annotations.Nullable;

/** An SSH server in this process, MINA's own, over the real file system; user {@code carrier}, password {@link #PASSWORD}. */
public final class MinaServer implements AutoCloseable {

    public static final String USER = "carrier";
    public static final String PASSWORD = Canary.secret("oats");

    private final SshServer server = SshServer.setUpDefaultServer();
    private final KeyPair hostKey;
    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger vanishing = new AtomicInteger();
    private final Map<Integer, Queue<Interruption>> interruptions = new ConcurrentHashMap<>();

    public MinaServer(Path knownHosts) throws Exception {
        this(0, generated(), knownHosts);
    }

    /** A server that may come back: on the same port, with the same key. */
    MinaServer(int port, KeyPair hostKey, Path knownHosts) throws IOException {
        QuietLog.on();
        this.hostKey = hostKey;
        server.setHost("127.0.0.1");
        server.setPort(port);
        CoreModuleProperties.TCP_NODELAY.set(server, true);
        // What MINA prefers takes half a second of each connection, for keys that no quantum computer finds.
        server.setKeyExchangeFactories(List.of(ServerBuilder.DH2KEX.apply(BuiltinDHFactories.ecdhp256)));
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setPasswordAuthenticator((user, password, session) -> user.equals(USER) && password.equals(PASSWORD));
        server.setPublickeyAuthenticator((user, key, session) -> false);
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setSubsystemFactories(List.of(new Subsystems(room, vanishing, interruptions)));
        server.start();
        Files.writeString(knownHosts, known(server.getPort()));
    }

    static KeyPair generated() throws Exception {
        var generator = SecurityUtils.getKeyPairGenerator("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    /** A line for known_hosts. */
    String known(int port) {
        return "[127.0.0.1]:" + port + " " + PublicKeyEntry.toString(hostKey.getPublic()) + "\n";
    }

    /** From now on the disk takes no more than so many bytes. */
    void room(long bytes) {
        room.set(bytes);
    }

    /** The next so many times that a directory is opened, its last entry goes away before the server looks at it. */
    void vanishing(int times) {
        vanishing.set(times);
    }

    /** What happens before the server does what it is asked for; if this fails, it refuses. */
    @FunctionalInterface
    interface Interruption {
        void run() throws Exception;
    }

    /** Interrupts the next request of a type; after that the next but one, if this is called again. */
    void before(int type, Interruption interruption) {
        interruptions
                .computeIfAbsent(type, each -> new ConcurrentLinkedQueue<>())
                .add(interruption);
    }

    public int port() {
        return server.getPort();
    }

    KeyPair hostKey() {
        return hostKey;
    }

    SshServer server() {
        return server;
    }

    static SftpOptions options(Path knownHosts) {
        return SftpOptions.of(USER, knownHosts).withPassword(PASSWORD);
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }

    /** A file on a disk that fills up. */
    private record SmallDisk(SeekableByteChannel file, AtomicLong room) implements SeekableByteChannel {

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return file.read(bytes);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room.addAndGet(-bytes.remaining()) < 0) {
                // What comes of the exception of a real disk is "General failure", for all there is.
                throw new SftpException(SftpConstants.SSH_FX_NO_SPACE_ON_FILESYSTEM, "no room");
            }
            return file.write(bytes);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public SeekableByteChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private static final class Subsystems extends SftpSubsystemFactory {
        private final Map<Integer, Queue<Interruption>> interruptions;

        Subsystems(AtomicLong room, AtomicInteger vanishing, Map<Integer, Queue<Interruption>> interruptions) {
            this.interruptions = interruptions;
            setFileSystemAccessor(new SftpFileSystemAccessor() {
                @Override
                public SeekableByteChannel openFile(
                        SftpSubsystemProxy subsystem,
                        FileHandle handle,
                        Path file,
                        String name,
                        Set<? extends OpenOption> options,
                        FileAttribute<?>... attributes)
                        throws IOException {
                    SeekableByteChannel opened =
                            SftpFileSystemAccessor.super.openFile(subsystem, handle, file, name, options, attributes);
                    return room.get() == Long.MAX_VALUE ? opened : new SmallDisk(opened, room);
                }

                @Override
                public DirectoryStream<Path> openDirectory(
                        SftpSubsystemProxy subsystem,
                        DirectoryHandle handle,
                        Path directory,
                        String name,
                        LinkOption... options)
                        throws IOException {
                    if (directory.endsWith("large")) {
                        return large(directory);
                    }
                    if (directory.endsWith("forbidden")) {
                        throw new AccessDeniedException(directory.toString());
                    }
                    DirectoryStream<Path> opened =
                            SftpFileSystemAccessor.super.openDirectory(subsystem, handle, directory, name, options);
                    return vanishing.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                            ? withOneMore(opened, directory.resolve("vanished"))
                            : opened;
                }
            });
        }

        private static DirectoryStream<Path> withOneMore(DirectoryStream<Path> opened, Path more) {
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return Stream.concat(StreamSupport.stream(opened.spliterator(), false), Stream.of(more))
                            .iterator();
                }

                @Override
                public void close() throws IOException {
                    opened.close();
                }
            };
        }

        /** Names without files: making those would take ten times as long. */
        private static DirectoryStream<Path> large(Path directory) {
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return IntStream.range(0, SmallHeap.NODES)
                            .mapToObj(i -> directory.resolve(SmallHeap.name(i)))
                            .iterator();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Command createSubsystem(ChannelSession channel) {
            return new SftpSubsystem(channel, this) {
                private @Nullable NavigableMap<String, Object> sample;

                @Override
                protected void doProcess(Buffer buffer, int length, int type, int id) throws IOException {
                    Queue<Interruption> waiting = interruptions.get(asked(buffer, type));
                    Interruption interruption = waiting == null ? null : waiting.poll();
                    try {
                        if (interruption != null) {
                            interruption.run();
                        }
                    } catch (Exception e) {
                        sendStatus(prepareReply(buffer), id, e, type);
                        return;
                    }
                    super.doProcess(buffer, length, type, id);
                }

                /** Both kinds of rename are one. */
                private int asked(Buffer buffer, int type) {
                    int start = buffer.rpos();
                    boolean rename =
                            type == Request.EXTENDED && buffer.getString().startsWith("posix-rename");
                    buffer.rpos(start);
                    return rename ? Request.RENAME : type;
                }

                @Override
                protected NavigableMap<String, Object> resolveFileAttributes(
                        Path file, int flags, boolean neverFollow, LinkOption... options) throws IOException {
                    Path parent = file.getParent();
                    if (parent == null || !parent.endsWith("large") || file.endsWith("sample")) {
                        return super.resolveFileAttributes(file, flags, neverFollow, options);
                    }
                    NavigableMap<String, Object> known = sample;
                    if (known == null) {
                        known = super.resolveFileAttributes(parent.resolve("sample"), flags, neverFollow, options);
                        sample = known;
                    }
                    return known;
                }

                /** Of the permissions it knows nine bits; the file system has twelve. */
                @Override
                protected Map<String, Object> readAttrs(Buffer buffer) throws IOException {
                    int start = buffer.rpos();
                    int flags = buffer.getInt();
                    buffer.rpos(start + 4 + ((flags & 1) == 0 ? 0 : 8) + ((flags & 2) == 0 ? 0 : 8));
                    Integer mode = (flags & 4) == 0 ? null : buffer.getInt() & 07777;
                    buffer.rpos(start);
                    Map<String, Object> attributes = super.readAttrs(buffer);
                    if (mode != null) {
                        attributes.put("mode", mode);
                    }
                    return attributes;
                }

                @Override
                protected void setFileAttributes(Path file, Map<String, ?> attributes, LinkOption... options)
                        throws IOException {
                    super.setFileAttributes(file, attributes, options);
                    if (attributes.get("mode") instanceof Integer mode) {
                        Files.setAttribute(file, "unix:mode", mode);
                    }
                }

                @Override
                protected void writeAttrs(Buffer buffer, Map<String, ?> attributes) {
                    int start = buffer.wpos();
                    super.writeAttrs(buffer, attributes);
                    int end = buffer.wpos();
                    int flags = ByteBuffer.wrap(buffer.array()).getInt(start);
                    if ((flags & 4) != 0 && attributes.get("mode") instanceof Integer mode) {
                        buffer.wpos(start + 4 + ((flags & 1) == 0 ? 0 : 8) + ((flags & 2) == 0 ? 0 : 8));
                        buffer.putInt(mode);
                        buffer.wpos(end);
                    }
                }

                /** The JDK tidies targets up; the tool does not. */
                @Override
                protected void doSymLink(int id, String target, String link) throws IOException {
                    if (!target.contains("//") && (target.length() == 1 || !target.endsWith("/"))) {
                        super.doSymLink(id, target, link);
                        return;
                    }
                    try {
                        int result = new ProcessBuilder("ln", "-s", "--", target, link)
                                .start()
                                .waitFor();
                        if (result != 0) {
                            throw new IOException("ln ended with " + result);
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            };
        }
    }
}
