package dev.packhorse.store.vfs.ftp;

class PlainFtpGoldenTest extends FtpGoldenTest {

    @Override
    TestFtpServer.Kind kind() {
        return TestFtpServer.Kind.PLAIN;
    }
}
