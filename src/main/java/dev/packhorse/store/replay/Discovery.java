package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.DeviceAnswer;
import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.DeviceSearch;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds the ReplayTVs of the networks that this machine is in (SSDP; INTEROP section 6).
 *
 * <p>An answer counts only if it comes from the address that it names, and the description is fetched from there, by the port
 * that it names and at its usual place: so an answer cannot send us to anybody else. Devices whose description cannot be had are
 * left out, and a log line says so.
 */
final class Discovery {

    private static final Logger LOG = System.getLogger(Discovery.class.getName());

    /** More than a house has. */
    private static final int MOST_DEVICES = 64;

    private static final int BUFFER = 2049;

    /** A datagram may get lost. */
    private static final Duration AGAIN = Duration.ofMillis(500);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration STALL = Duration.ofSeconds(3);
    private static final int FETCHING = 8;

    /**
     * A device that was found.
     *
     * @param at where it is
     */
    record Found(Whereabouts.Endpoint at, DeviceDescription description) {}

    /**
     * Where is searched, and how.
     *
     * @param interfaces those of this machine
     * @param group where searches are sent
     * @param fetchTimeout until all descriptions must be there
     * @param devices how a device is asked for its description
     */
    record Setting(
            List<NetworkInterface> interfaces,
            InetSocketAddress group,
            Duration fetchTimeout,
            Function<Whereabouts.Endpoint, PlainRequest> devices) {}

    private final Setting setting;

    Discovery(Setting setting) {
        this.setting = setting;
    }

    /** Searches all networks that can multicast. */
    static Discovery everywhere() throws IOException {
        List<NetworkInterface> suitable = new ArrayList<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp() && each.supportsMulticast() && !each.isLoopback()) {
                suitable.add(each);
            }
        }
        InetAddress group = InetAddress.getByName(DeviceSearch.GROUP);
        return new Discovery(new Setting(
                suitable, new InetSocketAddress(group, DeviceSearch.PORT), Duration.ofSeconds(8), Discovery::device));
    }

    static PlainRequest device(Whereabouts.Endpoint at) {
        return target -> Wire.plain(Connection.open(at, CONNECT, STALL, () -> {}), STALL, target);
    }

    /**
     * Searches.
     *
     * @param wait how long for answers: 3 s and a little is what devices expect
     * @return what was found, by name and then address; empty without any network
     * @throws IOException if no network could be asked
     */
    List<Found> search(Duration wait) throws IOException {
        List<Found> found = new ArrayList<>();
        List<Whereabouts.Endpoint> answered = List.copyOf(answers(wait));
        List<Future<Found>> descriptions = described(answered);
        for (int i = 0; i < answered.size(); i++) {
            String at = answered.get(i).authority();
            try {
                if (descriptions.get(i).isCancelled()) {
                    LOG.log(Level.WARNING, "a device was found and does not describe itself in time at=" + at);
                } else {
                    found.add(descriptions.get(i).get());
                }
            } catch (ExecutionException e) {
                LOG.log(
                        Level.WARNING,
                        "a device was found and does not describe itself at=" + at + ": " + e.getCause());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        found.sort(Comparator.comparing((Found device) -> device.description().friendlyName())
                .thenComparing(device ->
                        ByteBuffer.wrap(device.at().address().getAddress().getAddress()))
                .thenComparing(device -> device.at().address().getPort()));
        return found;
    }

    /**
     * The device of a name, in upper or lower case.
     *
     * @throws IOException if there is none, or more than one; the message names all
     */
    static Found named(String name, List<Found> found) throws IOException {
        List<Found> matching = found.stream()
                .filter(device -> device.description().friendlyName().equalsIgnoreCase(name.strip()))
                .toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        List<String> all = found.stream()
                .map(device ->
                        device.description().friendlyName() + " (" + device.at().authority() + ")")
                .toList();
        throw new IOException((matching.isEmpty() ? "no device" : "more than one device") + " is called " + name
                + "; found: " + (all.isEmpty() ? "none" : String.join(", ", all)));
    }

    // The search

    private Set<Whereabouts.Endpoint> answers(Duration wait) throws IOException {
        List<DatagramChannel> channels = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            IOException failure = null;
            for (NetworkInterface each : setting.interfaces()) {
                try {
                    open(each, channels, selector);
                } catch (IOException e) {
                    failure = e;
                    LOG.log(Level.DEBUG, "a network cannot be searched: " + each.getName(), e);
                }
            }
            if (channels.isEmpty() && failure != null) {
                throw failure;
            }
            return channels.isEmpty() ? Set.of() : collect(channels, selector, wait);
        } finally {
            for (DatagramChannel channel : channels) {
                channel.close();
            }
        }
    }

    private static void open(NetworkInterface on, List<DatagramChannel> channels, Selector selector)
            throws IOException {
        for (InetAddress address : (Iterable<InetAddress>) on.inetAddresses()::iterator) {
            if (address instanceof Inet4Address) {
                DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
                try {
                    channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
                    channel.bind(new InetSocketAddress(address, 0));
                    channel.configureBlocking(false);
                    channel.register(selector, SelectionKey.OP_READ);
                    channels.add(channel);
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
                return;
            }
        }
    }

    private Set<Whereabouts.Endpoint> collect(List<DatagramChannel> channels, Selector selector, Duration wait)
            throws IOException {
        Set<Whereabouts.Endpoint> devices = new LinkedHashSet<>();
        long start = System.nanoTime();
        send(channels);
        boolean sentAgain = false;
        long left = wait.toNanos();
        while (left > 0 && devices.size() < MOST_DEVICES) {
            long pause = sentAgain ? left : Math.min(left, AGAIN.toNanos());
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(pause)));
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted(new InterruptedException());
            }
            selector.selectedKeys().clear();
            for (DatagramChannel channel : channels) {
                receive(channel, devices);
            }
            long now = System.nanoTime();
            left = wait.toNanos() - (now - start);
            if (!sentAgain && now - start >= AGAIN.toNanos()) {
                sentAgain = true;
                send(channels);
            }
        }
        return devices;
    }

    private void send(List<DatagramChannel> channels) {
        for (DatagramChannel channel : channels) {
            try {
                channel.send(ByteBuffer.wrap(DeviceSearch.ANY.bytes()), setting.group());
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "a network cannot be searched", e);
            }
        }
    }

    private static void receive(DatagramChannel channel, Set<Whereabouts.Endpoint> devices) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        for (int i = 0; i < MOST_DEVICES; i++) {
            InetSocketAddress from = (InetSocketAddress) channel.receive(buffer.clear());
            if (from == null) {
                return;
            }
            byte[] datagram = new byte[buffer.flip().remaining()];
            buffer.get(datagram);
            try {
                DeviceAnswer answer = DeviceAnswer.parse(datagram);
                if (answer.address().equals(from.getAddress())) {
                    devices.add(new Whereabouts.Endpoint(
                            answer.address().getHostAddress(), new InetSocketAddress(answer.address(), answer.port())));
                } else {
                    LOG.log(Level.DEBUG, "an answer names another address than it comes from: " + from);
                }
            } catch (IllegalArgumentException e) {
                LOG.log(Level.DEBUG, "an answer of something else: " + from);
            }
        }
    }

    // The descriptions

    private List<Future<Found>> described(List<Whereabouts.Endpoint> answered) throws IOException {
        if (answered.isEmpty()) {
            return List.of();
        }
        Set<InputStream> open = ConcurrentHashMap.newKeySet();
        List<Callable<Found>> tasks = new ArrayList<>();
        for (Whereabouts.Endpoint at : answered) {
            tasks.add(() -> new Found(at, description(at, open)));
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(FETCHING, tasks.size()));
        try {
            return threads.invokeAll(tasks, setting.fetchTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            threads.shutdownNow();
            for (InputStream each : open) {
                each.close();
            }
        }
    }

    private DeviceDescription description(Whereabouts.Endpoint at, Set<InputStream> open) throws IOException {
        try (InputStream in = setting.devices().apply(at).open(DeviceDescription.TARGET)) {
            open.add(in);
            try {
                return read(in, at.authority());
            } finally {
                open.remove(in);
            }
        }
    }

    /**
     * Reads a description.
     *
     * @throws IOException also if it is none
     */
    static DeviceDescription read(InputStream in, String host) throws IOException {
        try {
            return DeviceDescription.parse(in.readNBytes(DeviceDescription.MAX_DOCUMENT + 1));
        } catch (IllegalArgumentException e) {
            throw new IOException("no description at " + host, e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }
}
