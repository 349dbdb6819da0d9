package dev.packhorse.containers;

class ModSftpWireContainerTest extends WireContainerTest {

    @Override
    Remote remote() {
        return Remote.MOD_SFTP;
    }
}
