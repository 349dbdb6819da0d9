package dev.packhorse.containers;

class WebDavWireContainerTest extends WireContainerTest {

    @Override
    Remote remote() {
        return Remote.WEBDAV;
    }
}
