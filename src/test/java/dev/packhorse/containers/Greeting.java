package dev.packhorse.containers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Waits until the first bytes that a port says to whoever connects are as expected. */
final class Greeting extends AbstractWaitStrategy {

    private final int port;
    private final String start;

    Greeting(int port, String start) {
        this.port = port;
        this.start = start;
    }

    @Override
    protected void waitUntilReady() {
        Awaitility.await("port " + port + " says " + start)
                .atMost(startupTimeout)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(this::isHeard);
    }

    private boolean isHeard() {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(waitStrategyTarget.getHost(), waitStrategyTarget.getMappedPort(port)), 1000);
            socket.setSoTimeout(1000);
            return new String(socket.getInputStream().readNBytes(start.length()), US_ASCII).equals(start);
        } catch (IOException e) {
            return false;
        }
    }
}
