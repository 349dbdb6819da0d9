package dev.packhorse.containers;

class FtpWireContainerTest extends WireContainerTest {

    @Override
    Remote remote() {
        return Remote.FTP;
    }
}
