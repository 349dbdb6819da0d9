package dev.packhorse.store.vfs.ftp;

import dev.packhorse.Canary;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.ftpserver.ConnectionConfigFactory;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.command.Command;
import org.apache.ftpserver.command.CommandFactoryFactory;
import org.apache.ftpserver.ftplet.DefaultFtpReply;
import org.apache.ftpserver.ftplet.FtpReply;
import org.apache.ftpserver.listener.Listener;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.listener.nio.NioListener;
import org.apache.ftpserver.ssl.SslConfigurationFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.ConcurrentLoginPermission;
import org.apache.ftpserver.usermanager.impl.WritePermission;
import org.apache.mina.transport.socket.SocketAcceptor;
import org.jspecify.annotations.Nullable;

/** Apache FtpServer over a {@link MemoryStore}, on a free port. */
public final class TestFtpServer implements AutoCloseable {

    public static final String USER = "packhorse";
    public static final String PASSWORD = Canary.secret("ftp") + " word";

    /** It logs every line that is sent. Held, or the level would be forgotten. */
    private static final java.util.logging.Logger LOG = java.util.logging.Logger.getLogger("org.apache.ftpserver");

    static {
        LOG.setLevel(java.util.logging.Level.WARNING);
    }

    /** How much the server can do. */
    public enum Kind {
        /** As it comes: times and sizes by MLST, no rename onto something, nothing else to set. */
        PLAIN,
        /** Modes, times of files and directories, renames that replace. */
        RICH,
        /** Of the last century: LIST only. */
        OLD
    }

    public final MemoryStore files = new MemoryStore(256 << 20);
    private final FtpServer server;
    private final int port;

    public TestFtpServer(Kind kind) {
        this(kind, 0, false, null);
    }

    /**
     * Starts.
     *
     * @param port to listen on; 0 for any
     * @param implicit TLS from the first byte
     * @param keys a key store, whose password is {@link #PASSWORD}; {@code null} for no TLS
     */
    TestFtpServer(Kind kind, int port, boolean implicit, @Nullable Path keys) {
        FtpServerFactory factory = new FtpServerFactory();
        ListenerFactory listeners = new ListenerFactory();
        listeners.setServerAddress("127.0.0.1");
        listeners.setPort(port);
        if (keys != null) {
            SslConfigurationFactory tls = new SslConfigurationFactory();
            tls.setKeystoreFile(keys.toFile());
            tls.setKeystorePassword(PASSWORD);
            tls.setKeystoreType("PKCS12");
            listeners.setSslConfiguration(tls.createSslConfiguration());
            listeners.setImplicitSsl(implicit);
        }
        var listener = listeners.createListener();
        factory.addListener("default", listener);
        factory.setFileSystem(user -> new ServedStore(files, kind == Kind.RICH));
        ConnectionConfigFactory connections = new ConnectionConfigFactory();
        connections.setMaxThreads(32);
        connections.setMaxLogins(100);
        connections.setLoginFailureDelay(1);
        factory.setConnectionConfig(connections.createConnectionConfig());
        BaseUser user = new BaseUser();
        user.setName(USER);
        user.setPassword(PASSWORD);
        user.setHomeDirectory("/");
        user.setAuthorities(List.of(new WritePermission(), new ConcurrentLoginPermission(100, 100)));
        CommandFactoryFactory commands = new CommandFactoryFactory();
        commands.addCommand("FEAT", feat(kind));
        if (kind == Kind.RICH) {
            commands.addCommand("MLST", TestFtpServer::mlst);
            commands.addCommand("MFMT", TestFtpServer::mfmt);
            commands.addCommand("SITE", TestFtpServer::site);
        }
        factory.setCommandFactory(commands.createCommandFactory());
        try {
            factory.getUserManager().save(user);
            server = factory.createServer();
            server.start();
        } catch (org.apache.ftpserver.ftplet.FtpException e) {
            throw new IllegalStateException(e);
        }
        this.port = listener.getPort();
        answerAtOnce(listener);
    }

    /** Otherwise each transfer waits 40 ms for an acknowledgement, and the tests for minutes. There is no setting for it. */
    private static void answerAtOnce(Listener listener) {
        try {
            var acceptor = NioListener.class.getDeclaredField("acceptor");
            acceptor.setAccessible(true);
            ((SocketAcceptor) acceptor.get(listener)).getSessionConfig().setTcpNoDelay(true);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    static FtpOptions options() {
        return FtpOptions.of(USER, PASSWORD).with(Duration.ofSeconds(5), 6);
    }

    FtpStore open(FsPath root) throws FsException {
        return FtpStore.open("127.0.0.1", port, root, options());
    }

    /** Stops; may be done twice. */
    void stop() {
        server.stop();
        files.close();
    }

    @Override
    public void close() {
        stop();
    }

    private static Command feat(Kind kind) {
        return (session, context, request) -> session.write(
                switch (kind) {
                    case OLD -> new DefaultFtpReply(502, "no features");
                    case PLAIN ->
                        new DefaultFtpReply(
                                211, "Extensions\n SIZE\n MDTM\n REST STREAM\n MLST Size;Modify;Type\n UTF8\nEnd");
                    case RICH ->
                        new DefaultFtpReply(
                                211,
                                "Extensions\n SIZE\n REST STREAM\n MFMT\n UTF8\n"
                                        + " MLST Size*;Modify*;Type*;UNIX.mode*;UNIX.owner*;UNIX.group*;Unique*\nEnd");
                });
    }

    private static ServedStore.Served served(org.apache.ftpserver.impl.FtpIoSession session, String name)
            throws IOException {
        try {
            return (ServedStore.Served) session.getFileSystemView().getFile(name);
        } catch (org.apache.ftpserver.ftplet.FtpException e) {
            throw new IOException(e);
        }
    }

    /** What FtpServer cannot do: modes and owners, and names that look like patterns. */
    private static void mlst(
            org.apache.ftpserver.impl.FtpIoSession session,
            org.apache.ftpserver.impl.FtpServerContext context,
            org.apache.ftpserver.ftplet.FtpRequest request)
            throws IOException {
        session.resetState();
        Node node = served(session, request.getArgument()).node();
        session.write(
                node == null
                        ? new DefaultFtpReply(550, "No such file or directory")
                        : new DefaultFtpReply(250, "Listing\n " + facts(node) + "\nEnd"));
    }

    private static String facts(Node node) {
        return String.format(
                Locale.ROOT,
                "Type=%s;Size=%d;Modify=%s.%03d;UNIX.mode=%04o;UNIX.owner=%d;UNIX.group=%d; %s",
                node.isDirectory() ? "dir" : "file",
                node.size(),
                Facts.text(node.modified()),
                node.modified().toEpochMilli() % 1000,
                node.mode().permissions(),
                node.owner().uid(),
                node.owner().gid(),
                node.path());
    }

    private static void mfmt(
            org.apache.ftpserver.impl.FtpIoSession session,
            org.apache.ftpserver.impl.FtpServerContext context,
            org.apache.ftpserver.ftplet.FtpRequest request)
            throws IOException {
        String[] words = request.getArgument().split(" ", 2);
        served(session, words[1]).setLastModified(Facts.time(words[0]).toEpochMilli());
        session.write(new DefaultFtpReply(213, "Modify=" + words[0] + "; " + words[1]));
    }

    private static void site(
            org.apache.ftpserver.impl.FtpIoSession session,
            org.apache.ftpserver.impl.FtpServerContext context,
            org.apache.ftpserver.ftplet.FtpRequest request)
            throws IOException {
        String[] words = request.getArgument().split(" ", 3);
        if (words[0].equals("CHMOD")) {
            served(session, words[2]).mode(Integer.parseInt(words[1], 8));
        }
        FtpReply reply = new DefaultFtpReply(words[0].equals("HELP") ? 214 : 200, "CHMOD HELP");
        session.write(reply);
    }

    /** A file of the served store, for what the test wants to see on the other side. */
    String text(String path) throws IOException {
        try (var content = files.read(FsPath.parse(path));
                var in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
