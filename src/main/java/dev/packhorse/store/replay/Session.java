package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.IOException;

/** What works for a store while its device has one address. Closing it ends all that is going on. */
final class Session implements Closeable {

    final Whereabouts.Endpoint at;
    final Wire wire;
    final Tree tree;
    final Lister lister;
    final Reading reading;
    final Writing writing;
    final Moving moving;
    private final Device device;

    Session(Whereabouts where, Whereabouts.Endpoint at, FsPath root, ReplayOptions options, String owner) {
        this.at = at;
        this.device = Device.at(at.address(), options.connections());
        this.wire = new Wire(where, at, options, device);
        this.tree = new Tree(wire, device, options, owner, root);
        this.lister = new Lister(tree, options.connections());
        this.reading = new Reading(tree);
        this.writing = new Writing(tree, options.temp());
        this.moving = new Moving(tree, lister, reading, writing);
    }

    @Override
    public void close() throws IOException {
        try {
            wire.close();
        } finally {
            lister.close();
            device.release();
        }
    }
}
