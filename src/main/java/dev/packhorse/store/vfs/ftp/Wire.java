package dev.packhorse.store.vfs.ftp;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.commons.net.MalformedServerReplyException;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.jspecify.annotations.Nullable;

/**
 * The FTP client of commons-net with what it lacks: nothing but whole lines goes out, and data connections resume the TLS
 * session of the control connection.
 *
 * <p><b>Session reuse.</b> ProFTPD and vsftpd refuse a data connection that does not resume the session of its control
 * connection: otherwise anybody could fetch the data in our place. JSSE looks its sessions up by the host and port of the
 * peer, as the socket names them, and a data connection has another port. So each socket here says the port of the control
 * connection ({@link PeerSocket}), and each control connection has an {@code SSLContext}, which holds the cache of sessions,
 * of its own. That is public API only, and the same on every JDK. It works with TLS 1.2, whose session serves any number of
 * connections; a ticket of TLS 1.3 serves one, and the next arrives only with data from the server, so that an upload leaves
 * none. Hence TLS 1.2 only.
 */
final class Wire extends FTPClient {

    private static final String[] TLS_PROTOCOLS = {"TLSv1.2"};

    private final FtpOptions options;
    private final Charset names;
    private final @Nullable SSLSocketFactory tls;
    private final int port;
    private String host = "";
    private boolean protectsData;
    private volatile @Nullable Socket control;
    private volatile @Nullable Socket newest;

    /**
     * Not connected yet.
     *
     * @param tls makes encrypted sockets for this one control connection; {@code null} if it is not encrypted
     */
    Wire(FtpOptions options, int port, @Nullable SSLSocketFactory tls) {
        this.options = options;
        this.names = options.charset() == null ? StandardCharsets.UTF_8 : options.charset();
        this.tls = tls;
        this.port = port;
        setControlEncoding(names.name());
        setConnectTimeout((int) options.connectTimeout().toMillis());
        setDefaultTimeout((int) options.replyTimeout().toMillis());
        setDataTimeout(options.dataTimeout());
        setUseEPSVwithIPv4(true);
        setIpAddressFromPasvResponse(options.trustPasvAddress());
        setPassiveNatWorkaroundStrategy(null);
        setRemoteVerificationEnabled(!options.trustPasvAddress());
        setSocketFactory(new Sockets());
    }

    /** Tells whether a text may be part of a command: no control characters, above all no end of line. */
    static boolean isSendable(String text) {
        return text.chars().noneMatch(c -> c < ' ' || c == 0x7f);
    }

    /** Connects and encrypts. */
    void open(String server) throws IOException {
        host = server;
        connect(server, port);
        // The greeting.
        require(reply());
        if (options.tls() == FtpOptions.Tls.EXPLICIT) {
            require(send("AUTH", "TLS"));
            _socket_ = secure(_socket_);
            _input_ = _socket_.getInputStream();
            _output_ = _socket_.getOutputStream();
            // New readers: what came in clear behind the answer to AUTH was not said by the server.
            _controlInput_ = new BufferedReader(new InputStreamReader(_input_, names));
            _controlOutput_ = new BufferedWriter(new OutputStreamWriter(_output_, names));
        }
        setKeepAlive(true);
        setTcpNoDelay(true);
        enterLocalPassiveMode();
    }

    /** Encrypts data connections from now on. */
    void protectData() {
        protectsData = tls != null;
    }

    @Override
    protected void _connectAction_() throws IOException {
        if (options.tls() == FtpOptions.Tls.IMPLICIT) {
            applySocketAttributes();
            _socket_ = secure(_socket_);
        }
        super._connectAction_();
    }

    /**
     * Sends a command and waits for the answer.
     *
     * @throws RefusedException as if the server had said 553, for an argument that cannot be sent
     * @throws IOException if the connection is lost or closed by a 421, or no answer comes in time
     */
    Reply send(String command, @Nullable String argument) throws IOException {
        if (argument != null && !canSay(argument)) {
            throw new RefusedException(new Reply(553, List.of("553 a name that cannot be sent")));
        }
        sendCommand(command, argument);
        return reply();
    }

    /** Waits for an answer that is due. */
    Reply await() throws IOException {
        getReply();
        return reply();
    }

    private Reply reply() {
        return new Reply(getReplyCode(), Arrays.asList(getReplyStrings()));
    }

    static Reply require(Reply reply) throws RefusedException {
        if (!reply.isDone()) {
            throw new RefusedException(reply);
        }
        return reply;
    }

    private boolean canSay(String argument) {
        if (!isSendable(argument)) {
            return false;
        }
        CharsetEncoder encoder = names.newEncoder();
        if (!encoder.canEncode(argument)) {
            return false;
        }
        // 255 begins a Telnet command (RFC 959, 5.3.1).
        for (byte octet : argument.getBytes(names)) {
            if (octet == (byte) 0xff || (octet >= 0 && octet < ' ')) {
                return false;
            }
        }
        return true;
    }

    /**
     * Begins a transfer.
     *
     * @param offset where to begin; 0 for the start
     * @return the data connection, encrypted if need be; the final reply is still to come
     */
    Data transfer(String command, @Nullable String argument, long offset) throws IOException {
        if (argument != null && !canSay(argument)) {
            throw new RefusedException(new Reply(553, List.of("553 a name that cannot be sent")));
        }
        newest = null;
        boolean opened = false;
        try {
            setRestartOffset(offset);
            Socket plain = _openDataConnection_(command, argument);
            if (plain == null) {
                throw new RefusedException(reply());
            }
            Data data = new Data(plain, protectsData ? secure(plain) : plain, reply());
            opened = true;
            return data;
        } catch (RuntimeException e) {
            // commons-net takes numbers and brackets of EPSV and PASV for granted.
            MalformedServerReplyException malformed = new MalformedServerReplyException("no address in " + reply());
            malformed.initCause(e);
            throw malformed;
        } finally {
            setRestartOffset(0);
            Socket socket = newest;
            if (!opened && socket != null) {
                socket.close();
            }
        }
    }

    /** The answer to {@code EPSV}; one refusal is enough. */
    @Override
    public int epsv() throws IOException {
        int code = super.epsv();
        if (code >= 500) {
            setUseEPSVwithIPv4(false);
        }
        return code;
    }

    private SSLSocket secure(Socket plain) throws IOException {
        SSLSocketFactory factory = tls;
        if (factory == null) {
            throw new IllegalStateException("no TLS");
        }
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        socket.setUseClientMode(true);
        socket.setEnabledProtocols(TLS_PROTOCOLS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /**
     * An open data connection.
     *
     * @param plain the connection itself
     * @param socket what to read from and write to: the connection, or TLS around it
     * @param begun the preliminary reply
     */
    record Data(Socket plain, Socket socket, Reply begun) {}

    /** Says {@code QUIT} without waiting for the answer, and closes. */
    void leave() {
        try {
            _controlOutput_.write("QUIT\r\n");
            _controlOutput_.flush();
            Socket socket = control;
            if (socket != null) {
                // Not by abandon(), which would overtake the QUIT.
                socket.close();
            }
        } catch (IOException e) {
            abandon();
        }
    }

    /** Closes both connections without a word; also for another thread than the one that uses them. */
    void abandon() {
        for (Socket socket : new Socket[] {control, newest}) {
            if (socket != null) {
                close(socket);
            }
        }
    }

    /** Closes at once: what is still on its way is of no use. */
    static void close(Socket plain) {
        try {
            plain.setSoLinger(true, 0);
        } catch (SocketException e) {
            // Closed already.
        }
        try {
            plain.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing a socket does not fail", e);
        }
    }

    /** Binary, once for the connection. */
    void binary() throws IOException {
        if (!setFileType(FTP.BINARY_FILE_TYPE)) {
            throw new RefusedException(reply());
        }
    }

    private final class Sockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            Socket socket = new PeerSocket(port);
            if (control == null) {
                control = socket;
            } else {
                newest = socket;
            }
            return socket;
        }

        @Override
        public Socket createSocket(String address, int number) throws IOException {
            throw new IOException("not used by commons-net");
        }

        @Override
        public Socket createSocket(String address, int number, InetAddress local, int localPort) throws IOException {
            throw new IOException("not used by commons-net");
        }

        @Override
        public Socket createSocket(InetAddress address, int number) throws IOException {
            throw new IOException("not used by commons-net");
        }

        @Override
        public Socket createSocket(InetAddress address, int number, InetAddress local, int localPort)
                throws IOException {
            throw new IOException("not used by commons-net");
        }
    }

    /** A socket that says it is connected to the port of the control connection, which is what JSSE keys sessions with. */
    private static final class PeerSocket extends Socket {
        private final int port;

        PeerSocket(int port) {
            this.port = port;
        }

        @Override
        public int getPort() {
            return port;
        }
    }
}
