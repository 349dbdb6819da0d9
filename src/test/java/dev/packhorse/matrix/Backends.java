package dev.packhorse.matrix;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.gateway.TestGateway;
import dev.packhorse.store.gcs.GcsServer;
import dev.packhorse.store.replay.TestDevice;
import dev.packhorse.store.s3.S3Server;
import dev.packhorse.store.sftp.MinaServer;
import dev.packhorse.store.vfs.DavServer;
import dev.packhorse.store.vfs.ftp.TestFtpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The servers behind the stores of a test: each is started when the first store asks for it, all are stopped in the end. */
final class Backends implements AutoCloseable {

    /** What stores hold at the begin of a story, by path. */
    static final Map<String, String> HELD = Map.of("/held.txt", "held", "/dir/inner.txt", "inner");

    private final Path folder;
    private final TestGateway far;
    private final Map<Backend, AutoCloseable> servers = new EnumMap<>(Backend.class);
    private int made;

    /**
     * No servers yet.
     *
     * @param folder for what they keep
     */
    Backends(Path folder) throws Exception {
        this.folder = folder;
        this.far = new TestGateway(Files.createDirectories(folder.resolve("far")));
    }

    /**
     * A place with nothing in it.
     *
     * @param held what is there where nobody can write, by path
     */
    Place fresh(Backend kind, Map<String, String> held) throws Exception {
        String name = "fresh" + ++made;
        return switch (kind) {
            case MEMORY -> Place.of("memory:" + name);
            case FILE -> Place.of("file:" + Files.createDirectory(folder.resolve(name)));
            case VFS ->
                Place.of("vfs:" + Files.createDirectory(folder.resolve(name)).toUri());
            case ZIP -> Place.of("vfs:zip:" + archive(name, held).toUri());
            case SFTP -> sftp(name);
            case FTP -> ftp(name);
            case WEBDAV -> webDav(name);
            case REPLAY -> replay(name);
            case S3 -> s3(name);
            case GS -> gs(name);
            case HTTPFS -> far(name, "httpfs", "httpfs+http", "/fs/", "memory:" + name);
            case JSONFS ->
                far(
                        name,
                        "jsonfs",
                        "jsonfs+http",
                        "/jsonfs/",
                        "vfs:zip:" + archive(name, held).toUri());
            case OPENHANDS -> far(name, "openhands", "openhands+http", "/openhands/", "memory:" + name);
        };
    }

    private <S extends AutoCloseable> S server(Backend kind, Class<S> type, Callable<S> start) throws Exception {
        AutoCloseable running = servers.get(kind);
        if (running == null) {
            running = start.call();
            servers.put(kind, running);
        }
        return type.cast(running);
    }

    private Path archive(String name, Map<String, String> held) throws Exception {
        Path archive = folder.resolve(name + ".zip");
        try (OutputStream file = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (Map.Entry<String, String> each : held.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey().substring(1)));
                zip.write(each.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return archive;
    }

    private Place sftp(String name) throws Exception {
        Path known = folder.resolve("known_hosts");
        MinaServer server = server(Backend.SFTP, MinaServer.class, () -> new MinaServer(known));
        Path root = Files.createDirectory(folder.resolve(name));
        return new Place(
                "sftp://" + MinaServer.USER + "@127.0.0.1:" + server.port() + root,
                Map.of("password", MinaServer.PASSWORD, "known-hosts", known.toString(), "sessions", "2"));
    }

    private Place ftp(String name) throws Exception {
        TestFtpServer server =
                server(Backend.FTP, TestFtpServer.class, () -> new TestFtpServer(TestFtpServer.Kind.RICH));
        server.files.makeDirectory(FsPath.parse("/" + name), WriteOptions.DEFAULT);
        return new Place(
                "vfs:ftp://" + TestFtpServer.USER + "@127.0.0.1:" + server.port() + "/" + name,
                Map.of("password", TestFtpServer.PASSWORD));
    }

    private Place webDav(String name) throws Exception {
        Path served = Files.createDirectories(folder.resolve("dav"));
        DavServer server = server(Backend.WEBDAV, DavServer.class, () -> DavServer.start(served));
        Files.createDirectory(served.resolve(name));
        return Place.of("vfs:" + server.uri("/" + name));
    }

    private Place replay(String name) throws Exception {
        TestDevice device = server(Backend.REPLAY, TestDevice.class, TestDevice::new);
        device.directory("/Photo/" + name);
        return Place.of("replay://127.0.0.1:" + device.port() + "/Photo/" + name);
    }

    private Place s3(String name) throws Exception {
        S3Server server = server(Backend.S3, S3Server.class, () -> S3Server.start(folder));
        return new Place(
                "s3://" + server.bucket() + "/" + name,
                Map.of(
                        "endpoint", "http://127.0.0.1:" + server.port(),
                        "access-key", server.credentials().accessKey(),
                        "secret-key", server.credentials().secretKey()));
    }

    private Place gs(String name) throws Exception {
        GcsServer server = server(Backend.GS, GcsServer.class, () -> GcsServer.start("bucket"));
        return new Place(
                "gs://bucket/" + name, Map.of("endpoint", server.endpoint().toString(), "anonymous", "true"));
    }

    /** What another gateway serves. */
    private Place far(String name, String protocol, String scheme, String mount, String location) throws Exception {
        far.serve(name, protocol, location, Map.of());
        return Place.of(scheme + "://127.0.0.1:" + far.port() + mount + name);
    }

    @Override
    public void close() throws IOException {
        far.close();
        for (AutoCloseable server : servers.values()) {
            try {
                server.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException("a server does not stop", e);
            }
        }
    }
}
