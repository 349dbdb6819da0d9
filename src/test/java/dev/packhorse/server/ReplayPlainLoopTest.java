package dev.packhorse.server;

import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.wire.replay.SoftwareVersion;

/** The same with plain queries, as before software 4.3. */
class ReplayPlainLoopTest extends ReplayLoopTest {

    @Override
    boolean encrypted() {
        return false;
    }

    @Override
    ReplayOptions options(ReplayOptions defaults) {
        return new ReplayOptions(
                new SoftwareVersion(4, 1, 0, 0),
                defaults.clockOffset(),
                defaults.invisible(),
                defaults.writable(),
                defaults.showCircular(),
                defaults.connections(),
                defaults.pace(),
                defaults.statCache(),
                defaults.connectTimeout(),
                defaults.timeout(),
                defaults.copyTimeout(),
                defaults.temp(),
                defaults.process(),
                defaults.clock());
    }
}
