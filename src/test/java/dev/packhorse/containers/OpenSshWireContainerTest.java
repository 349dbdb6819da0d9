package dev.packhorse.containers;

class OpenSshWireContainerTest extends WireContainerTest {

    @Override
    Remote remote() {
        return Remote.OPENSSH;
    }
}
