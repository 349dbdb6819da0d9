package dev.packhorse.containers;

class FtpsWireContainerTest extends WireContainerTest {

    @Override
    Remote remote() {
        return Remote.FTPS;
    }
}
