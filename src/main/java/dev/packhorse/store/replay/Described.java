package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a device says of itself (INTEROP section 6), asked for when somebody first wants to know. It is asked again when it was
 * {@link #lost}, since it may have other software when it comes back, and after a while if it did not say.
 *
 * <p>To ask takes a connection: who wants to know must not hold one.
 */
final class Described {

    /** How long a device that was reached and did not say is taken for one that says nothing. */
    static final Duration AGAIN = Duration.ofMinutes(1);

    private static final Logger LOG = System.getLogger(Described.class.getName());

    /** Opens a connection to the device. */
    interface Connecting {
        Connection connect() throws IOException;
    }

    /**
     * What has come of asking.
     *
     * @param description {@code null} if none
     */
    private record Told(@Nullable DeviceDescription description, long nanos) {}

    private final Connecting device;
    private final Duration limit;
    private final LongSupplier nanoTime;
    private final Object asking = new Object();
    private volatile @Nullable Told told;

    /**
     * A device that nobody has asked yet.
     *
     * @param limit until all of the description must be there
     */
    Described(Connecting device, Duration limit, LongSupplier nanoTime) {
        this.device = device;
        this.limit = limit;
        this.nanoTime = nanoTime;
    }

    /**
     * Which software it runs; {@link SoftwareVersion#DEFAULT} if it does not say.
     *
     * @throws IOException if it cannot be reached
     */
    SoftwareVersion version() throws IOException {
        DeviceDescription description = description();
        return description == null ? SoftwareVersion.DEFAULT : description.softwareVersion();
    }

    /**
     * The serial number for its guide; {@link ShowsOptions#ANY_SERIAL} if it does not say one that can be told.
     *
     * @throws IOException if it cannot be reached
     */
    String serial() throws IOException {
        DeviceDescription description = description();
        return description == null || !ShowsOptions.isSerial(description.serialNumber())
                ? ShowsOptions.ANY_SERIAL
                : description.serialNumber();
    }

    /** Nobody took a connection. */
    void lost() {
        told = null;
    }

    private @Nullable DeviceDescription description() throws IOException {
        Told last = valid();
        if (last != null) {
            return last.description();
        }
        synchronized (asking) {
            last = valid();
            if (last == null) {
                last = new Told(ask(device.connect()), nanoTime.getAsLong());
                told = last;
            }
            return last.description();
        }
    }

    /** What was told, if nobody has to ask again. */
    private @Nullable Told valid() {
        Told last = told;
        return last != null && (last.description() != null || nanoTime.getAsLong() - last.nanos() < AGAIN.toNanos())
                ? last
                : null;
    }

    private @Nullable DeviceDescription ask(Connection connection) throws IOException {
        try (InputStream in = Wire.plain(connection, limit, DeviceDescription.TARGET)) {
            return Discovery.read(in, connection.at().authority());
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            LOG.log(
                    Level.DEBUG,
                    "a device does not describe itself: " + connection.at().authority(),
                    e);
            return null;
        }
    }
}
