package dev.packhorse.server;

import dev.packhorse.wire.replay.DeviceAnswer;
import dev.packhorse.wire.replay.DeviceSearch;
import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Answers searches for ReplayTVs on one network, for an emulated device (SSDP; INTEROP section 6).
 *
 * <p><b>A trap of the protocol.</b> The answer names an address and never a port: old clients go to port 80. An emulated device that
 * listens elsewhere is found and cannot be used, unless port 80 of the address in the {@link DeviceAnswer} is passed on to it. So
 * whoever starts this gives the address, and this says nothing of its own accord.
 *
 * <p>Answers go by unicast, each after a random moment within the wait that the search allows, and no longer than
 * {@link #MAX_DELAY}. They go to neighbours only: to addresses that are in one of the interface's own networks. In all there are
 * {@value #PER_SECOND} a second, one at a time to each who asks; more searches than that are dropped. So the sender of forged
 * searches gains nothing by this.
 *
 * <p>One thread. Closing gives the socket back before it returns.
 */
public final class SsdpResponder implements Closeable {

    /** Longest time until an answer. */
    static final Duration MAX_DELAY = Duration.ofMillis(500);

    /** How many answers there are in a second. */
    static final int PER_SECOND = 10;

    private static final Logger LOG = Logger.getLogger(SsdpResponder.class);

    /** One byte more than a search may have. */
    private static final int BUFFER = 2049;

    /** Datagrams that are read before answers get their turn. */
    private static final int AT_ONCE = 64;

    /** An answer, and when it is due by the clock. */
    private record Due(long nanos, InetSocketAddress to) {}

    /** How long answers take, and by which clock. */
    record Pace(Duration maxDelay, LongSupplier nanoTime) {
        static final Pace USUAL = new Pace(MAX_DELAY, System::nanoTime);
    }

    private final DatagramChannel channel;
    private final Selector selector;
    private final List<InterfaceAddress> networks;
    private final byte[] answer;
    private final Pace pace;
    private final Thread thread;
    private final Random random = new Random();
    private final Queue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
    private final Set<InetSocketAddress> waiting = new HashSet<>();
    private long second;
    private int sentInSecond;
    private volatile boolean closed;

    private SsdpResponder(DatagramChannel channel, Selector selector, NetworkInterface on, byte[] answer, Pace pace) {
        this.channel = channel;
        this.selector = selector;
        this.networks = on.getInterfaceAddresses();
        this.answer = answer;
        this.pace = pace;
        this.second = pace.nanoTime().getAsLong();
        this.thread = new Thread(this::run, "packhorse-ssdp");
        thread.setDaemon(true);
    }

    /**
     * Begins to answer.
     *
     * @param on the network
     * @param answer what is answered
     * @throws IOException if the port cannot be had, or the group cannot be joined there
     */
    public static SsdpResponder start(NetworkInterface on, DeviceAnswer answer) throws IOException {
        InetAddress group = InetAddress.getByName(DeviceSearch.GROUP);
        return start(on, answer, new InetSocketAddress(group, DeviceSearch.PORT), Pace.USUAL);
    }

    static SsdpResponder start(NetworkInterface on, DeviceAnswer answer, InetSocketAddress group, Pace pace)
            throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        Selector selector = null;
        try {
            // Others on this machine may want to hear the searches as well.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(group.getPort()));
            channel.join(group.getAddress(), on);
            channel.configureBlocking(false);
            selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            SsdpResponder responder = new SsdpResponder(channel, selector, on, answer.bytes(), pace);
            responder.thread.start();
            return responder;
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (selector != null) {
                selector.close();
            }
            throw e;
        }
    }

    /** The port that is bound. */
    int port() throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try (channel;
                selector) {
            while (!closed) {
                long wait = answer();
                selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
                selector.selectedKeys().clear();
                receive(buffer);
            }
        } catch (IOException e) {
            LOG.error("searches for devices are not answered any more", e);
        }
    }

    private void receive(ByteBuffer buffer) throws IOException {
        for (int i = 0; i < AT_ONCE; i++) {
            InetSocketAddress from = (InetSocketAddress) channel.receive(buffer.clear());
            if (from == null) {
                return;
            }
            byte[] datagram = new byte[buffer.flip().remaining()];
            buffer.get(datagram);
            heard(datagram, from);
        }
    }

    private void heard(byte[] datagram, InetSocketAddress from) {
        DeviceSearch search;
        try {
            search = DeviceSearch.parse(datagram);
        } catch (IllegalArgumentException e) {
            // Anybody may send anything to this port: it is nobody's failure.
            return;
        }
        long now = pace.nanoTime().getAsLong();
        if (search.isForDevices() && isNear(from.getAddress(), networks) && !waiting.contains(from) && mayAnswer(now)) {
            long most = Math.min(pace.maxDelay().toNanos(), TimeUnit.SECONDS.toNanos(search.maxWait()));
            waiting.add(from);
            due.add(new Due(now + (most == 0 ? 0 : random.nextLong(most)), from));
        }
    }

    private boolean mayAnswer(long now) {
        if (now - second >= TimeUnit.SECONDS.toNanos(1)) {
            second = now;
            sentInSecond = 0;
        }
        return sentInSecond++ < PER_SECOND;
    }

    /** Sends what is due; how many nanoseconds until the next, a second without any. */
    private long answer() {
        for (Due next = due.peek(); next != null; next = due.peek()) {
            long left = next.nanos() - pace.nanoTime().getAsLong();
            if (left > 0) {
                return left;
            }
            due.remove();
            waiting.remove(next.to());
            try {
                channel.send(ByteBuffer.wrap(answer), next.to());
            } catch (IOException e) {
                LOG.debugf(e, "a search cannot be answered from=%s", next.to());
            }
        }
        return TimeUnit.SECONDS.toNanos(1);
    }

    /** Whether an address is in one of these networks. */
    static boolean isNear(InetAddress address, List<InterfaceAddress> networks) {
        return address instanceof Inet4Address
                && networks.stream()
                        .filter(network -> network.getAddress() instanceof Inet4Address)
                        .anyMatch(network -> isIn(address, network));
    }

    private static boolean isIn(InetAddress address, InterfaceAddress network) {
        int bits = network.getNetworkPrefixLength();
        int mask = bits == 0 ? 0 : -1 << (Integer.SIZE - bits);
        int difference = ByteBuffer.wrap(address.getAddress()).getInt()
                ^ ByteBuffer.wrap(network.getAddress().getAddress()).getInt();
        return (difference & mask) == 0;
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
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
