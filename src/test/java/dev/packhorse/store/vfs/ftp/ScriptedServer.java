package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A server that says what a test wants, and writes down what it hears. What is not scripted it does as a good one would. */
final class ScriptedServer implements AutoCloseable {

    /** What is done when a command comes. */
    interface Answer {
        void to(Conversation client, String argument) throws IOException;
    }

    /** All commands but those of the login, in order. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    /** Answers to MLST by path; anything else is a 550. */
    final Map<String, String> facts = new ConcurrentHashMap<>(Map.of("/", "type=dir;"));

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<Closeable> open = new CopyOnWriteArrayList<>();
    private final ServerSocket server;

    ScriptedServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(server);
        says("USER", "331 the password");
        says("PASS", "230 welcome");
        says("FEAT", "211-Features\r\n MLST type*;size*;\r\n UTF8\r\n211 End");
        says("SITE", "502 no");
        says("SYST", "215 UNIX Type: L8");
        says("PWD", "257 \"/\"");
        for (String verb : List.of("OPTS", "TYPE", "NOOP", "CWD", "DELE", "RMD")) {
            says(verb, "200 fine");
        }
        says("REST", "350 from there");
        says("RNFR", "350 to where");
        says("RNTO", "250 renamed");
        on("MLST", (client, argument) -> {
            String known = facts.get(argument);
            client.say(known == null ? "550 no" : "250-\r\n " + known + " " + argument + "\r\n250 End");
        });
        on("EPSV", (client, argument) -> client.say("229 (|||" + client.listen(1) + "|)"));
        on("QUIT", (client, argument) -> client.close());
        start(this::accept);
    }

    ScriptedServer on(String verb, Answer answer) {
        answers.put(verb, answer);
        return this;
    }

    ScriptedServer says(String verb, String reply) {
        return on(verb, (client, argument) -> client.say(reply));
    }

    /** Sends some bytes when asked for a file, and then says something. */
    ScriptedServer sends(String verb, byte[] bytes, String outcome) {
        return on(verb, (client, argument) -> {
            client.say("150 here it comes");
            try (Socket data = client.data()) {
                data.getOutputStream().write(bytes);
            }
            client.say(outcome);
        });
    }

    ScriptedServer lists(String lines, String outcome) {
        return sends("MLSD", lines.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8), outcome);
    }

    int port() {
        return server.getLocalPort();
    }

    FtpOptions options() {
        return FtpOptions.of(TestFtpServer.USER, TestFtpServer.PASSWORD).with(Duration.ofSeconds(5), 4);
    }

    FtpStore open() throws FsException {
        return open(options());
    }

    FtpStore open(FtpOptions options) throws FsException {
        return FtpStore.open("127.0.0.1", port(), FsPath.ROOT, options);
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "scripted-ftp");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                start(() -> new Conversation(socket).hold());
            }
        } catch (IOException e) {
            // Closed: the test is over.
            return;
        }
    }

    @Override
    public void close() {
        for (Closeable one : open) {
            try {
                one.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One control connection. */
    final class Conversation {
        private final Socket socket;
        private @Nullable ServerSocket waiting;

        Conversation(Socket socket) {
            this.socket = socket;
        }

        void hold() {
            try (socket) {
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                say("220 hello");
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String[] words = line.split(" ", 2);
                    heard.add(line);
                    Answer answer = answers.get(words[0]);
                    if (answer == null) {
                        say("502 never heard of it");
                    } else {
                        answer.to(this, words.length > 1 ? words[1] : "");
                    }
                }
            } catch (IOException e) {
                // The client has gone, or the test is over.
                return;
            }
        }

        void say(String reply) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** Waits for a data connection at a port of 127.0.0.{@code last}. */
        int listen(int last) throws IOException {
            return listen(last, 0);
        }

        /** The same at a certain port. */
        int listen(int last, int port) throws IOException {
            ServerSocket data =
                    new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}));
            open.add(data);
            waiting = data;
            return data.getLocalPort();
        }

        Socket data() throws IOException {
            ServerSocket from = waiting;
            if (from == null) {
                throw new IOException("no EPSV before");
            }
            Socket data = from.accept();
            open.add(data);
            from.close();
            return data;
        }

        void close() throws IOException {
            socket.close();
        }
    }
}
