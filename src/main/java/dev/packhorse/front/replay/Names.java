package dev.packhorse.front.replay;

import dev.packhorse.front.http.ListingSource;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.Node;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * What of a directory is listed: names, each with a line feed. What old clients cannot take is left out and counted: names by
 * {@link ReplayExport#isName}, and symlinks, which are no files to them.
 */
final class Names implements ListingSource.Line {

    private static final Logger LOG = Logger.getLogger(Names.class);

    private final Place place;
    private long leftOut;

    Names(Place place) {
        this.place = place;
    }

    @Override
    public void append(WireBuffer lines, Node node) {
        if (node.isSymlink() || !ReplayExport.isName(node.path().name())) {
            leftOut++;
        } else {
            lines.text(node.path().name()).octet('\n');
        }
    }

    /** Adds what was left out to a total, and says it once. */
    void account(LongAdder total) {
        if (leftOut > 0) {
            total.add(leftOut);
            LOG.infof(
                    "left out of a listing what ReplayTV clients cannot take export=%s path=%s entries=%d",
                    place.export().path(), place.path(), leftOut);
        }
    }
}
