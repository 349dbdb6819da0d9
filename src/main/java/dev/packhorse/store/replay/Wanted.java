package dev.packhorse.store.replay;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A device that is searched for by its name when it is first needed, and again when it is no longer where it was: its owner's
 * router may give it another address.
 *
 * <p>A search takes as long as devices have for their answers; who needs the device meanwhile waits for the same one. After a
 * search in vain there is none for a while: nothing is found faster by asking the whole network more often.
 */
final class Wanted implements Whereabouts {

    /** What looks for devices: {@link Discovery#search}. */
    interface Search {
        List<Discovery.Found> devices() throws IOException;
    }

    private static final Logger LOG = System.getLogger(Wanted.class.getName());
    private static final long AGAIN_NANOS = Duration.ofSeconds(30).toNanos();

    private final String name;
    private final Search search;
    private final LongSupplier nanoTime;
    private @Nullable Endpoint found;
    private @Nullable LostException failure;
    private long failed;

    /**
     * A device that nobody has looked for yet.
     *
     * @param name what its owner calls it, in upper or lower case
     */
    Wanted(String name, Search search, LongSupplier nanoTime) {
        this.name = name;
        this.search = search;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized Endpoint find() throws IOException {
        Endpoint known = found;
        if (known != null) {
            return known;
        }
        LostException before = failure;
        if (before != null && nanoTime.getAsLong() - failed < AGAIN_NANOS) {
            throw before;
        }
        try {
            List<Discovery.Found> devices = search.devices();
            for (Discovery.Found each : devices) {
                LOG.log(
                        Level.INFO,
                        "found a ReplayTV name=\"" + each.description().friendlyName() + "\" at="
                                + each.at().authority() + " model="
                                + each.description().modelNumber());
            }
            Endpoint at = Discovery.named(name, devices).at();
            failure = null;
            found = at;
            return at;
        } catch (IOException e) {
            LostException lost = new LostException(String.valueOf(e.getMessage()), e);
            failure = lost;
            failed = nanoTime.getAsLong();
            throw lost;
        }
    }

    @Override
    public synchronized void lost(Endpoint at) {
        if (at.equals(found)) {
            found = null;
        }
    }

    @Override
    public String key() {
        return "called " + name.toLowerCase(Locale.ROOT);
    }
}
