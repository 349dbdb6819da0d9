package dev.packhorse.store.replay;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers one request a connection with the same bytes, and writes down what it heard. */
final class Talk implements Closeable {

    private final ServerSocket server;
    private final byte[] answer;
    private final Thread thread;
    final List<String> heard = new CopyOnWriteArrayList<>();

    Talk(InetAddress address, byte[] answer) throws IOException {
        this.server = new ServerSocket(0, 50, address);
        this.answer = answer;
        this.thread = new Thread(this::run, "talk");
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    PlainRequest requests() {
        String host = server.getInetAddress().getHostAddress();
        java.time.Duration limit = java.time.Duration.ofSeconds(10);
        return target -> Wire.plain(
                Connection.open(Whereabouts.Endpoint.of(host, port()), limit, limit, () -> {}), limit, target);
    }

    private void run() {
        while (true) {
            try (Socket socket = server.accept()) {
                heard.add(head(socket.getInputStream()));
                OutputStream out = socket.getOutputStream();
                out.write(answer);
                out.flush();
            } catch (SocketException e) {
                if (server.isClosed()) {
                    return;
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4096 && head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
