package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.packhorse.Canary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that nobody should trust: it says everything back that it is shown, in each place where an answer can hold a text. */
final class EchoServer implements AutoCloseable {

    /** What it answers to. */
    enum Speech {
        /** HTTP, with a status of the test's. */
        HTTP,
        /** No HTTP: its first line is what should be a secret. */
        NO_HTTP,
        /** FTP: refuses each command by repeating it. */
        FTP
    }

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Speech speech;
    private volatile int status = 500;
    private volatile String location = "";

    EchoServer(Speech speech) throws IOException {
        this.speech = speech;
        Thread thread = new Thread(this::accept, "echo");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Answers so from now on. */
    void status(int code) {
        status = code;
    }

    /** Leads elsewhere from now on. */
    void redirect(int code, String where) {
        status = code;
        location = where;
    }

    /** What it was told, head by head or command by command. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread thread = new Thread(() -> serve(client), "echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setSoTimeout(5_000);
            if (speech == Speech.FTP) {
                ftp(client);
            } else {
                http(client);
            }
        } catch (IOException e) {
            // The client has had enough.
        }
    }

    private void ftp(Socket client) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
        OutputStream out = client.getOutputStream();
        out.write("220 echo\r\n".getBytes(ISO_8859_1));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            heard.add(line);
            out.write(((line.startsWith("USER") ? "331 " : "530 ") + "no: " + line + "\r\n").getBytes(ISO_8859_1));
        }
    }

    private void http(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return;
            }
            head.append((char) c);
        }
        heard.add(head.toString());
        if (speech == Speech.NO_HTTP) {
            List<String> lines = new ArrayList<>(head.toString().lines().toList());
            lines.sort(Comparator.comparing(line -> Canary.in(line).isEmpty()));
            client.getOutputStream()
                    .write(String.join("\r\n", lines).concat("\r\n\r\n").getBytes(ISO_8859_1));
            return;
        }
        String said = head.toString().replaceAll("[\r\n]+", " | ");
        String body = "{\"error\": {\"code\": " + status + ", \"message\": \"" + said.replace("\"", "'") + "\"}}"
                + "<Error><Code>" + said + "</Code><Message>" + said + "</Message></Error>";
        client.getOutputStream()
                .write(("HTTP/1.1 " + status + " " + said
                                + "\r\nX-Echo: " + said
                                + "\r\nETag: \"" + said.replace("\"", "'") + "\""
                                + "\r\nWWW-Authenticate: Basic realm=\"" + said.replace("\"", "'") + "\""
                                + "\r\nContent-Type: " + said
                                + (location.isEmpty() ? "" : "\r\nLocation: " + location)
                                + "\r\nConnection: close"
                                + "\r\nContent-Length: " + body.getBytes(ISO_8859_1).length
                                + "\r\n\r\n" + body)
                        .getBytes(ISO_8859_1));
        client.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
