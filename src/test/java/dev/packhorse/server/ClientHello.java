package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The first message of a TLS client, as no client of today would send it. */
final class ClientHello {

    static final int TLS_1_0 = 0x0301;
    static final int TLS_1_1 = 0x0302;
    static final int TLS_1_2 = 0x0303;

    /** The record type of an alert. */
    static final int ALERT = 21;

    static final int HANDSHAKE = 22;

    /** What an alert says of a version, and of a list of ciphers of which none is known. */
    static final int PROTOCOL_VERSION = 70;

    static final int HANDSHAKE_FAILURE = 40;

    private static final int SESSION_TICKET = 35;

    private ClientHello() {}

    /** What the alert says that a server answers with. */
    static int alert(RawClient server) throws IOException {
        byte[] answer = server.readBytes(7);
        assertThat(answer[0]).isEqualTo((byte) ALERT);
        return answer[6];
    }

    /** Whether the hello that a server answers with promises a ticket. */
    static boolean promisesTicket(RawClient server) throws IOException {
        assertThat(server.readBytes(5 + 4 + 2 + 32)[0]).isEqualTo((byte) HANDSHAKE);
        // The session; then cipher, compression and the length of the extensions.
        server.readBytes(server.readBytes(1)[0]);
        int length = ByteBuffer.wrap(server.readBytes(2 + 1 + 2)).getShort(3);
        ByteBuffer extensions = ByteBuffer.wrap(server.readBytes(length));
        while (extensions.hasRemaining()) {
            int type = extensions.getShort();
            int size = extensions.getShort();
            if (type == SESSION_TICKET) {
                return true;
            }
            extensions.position(extensions.position() + size);
        }
        return false;
    }

    /** A hello without TLS 1.3. Offers curves and signatures that every server has. */
    static byte[] of(int version, int... ciphers) throws IOException {
        ByteArrayOutputStream extensions = new ByteArrayOutputStream();
        DataOutputStream ext = new DataOutputStream(extensions);
        // supported_groups: x25519, secp256r1
        ext.write(new byte[] {0, 10, 0, 6, 0, 4, 0, 29, 0, 23});
        // ec_point_formats: uncompressed
        ext.write(new byte[] {0, 11, 0, 2, 1, 0});
        ext.write(new byte[] {0, SESSION_TICKET, 0, 0});
        // extended_master_secret
        ext.write(new byte[] {0, 23, 0, 0});
        // signature_algorithms: ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256
        ext.write(new byte[] {0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1});
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(hello);
        body.writeShort(version);
        body.write(new byte[32]);
        body.write(0);
        body.writeShort(ciphers.length * 2);
        for (int cipher : ciphers) {
            body.writeShort(cipher);
        }
        body.write(new byte[] {1, 0});
        body.writeShort(extensions.size());
        extensions.writeTo(body);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(record);
        out.write(HANDSHAKE);
        out.writeShort(TLS_1_0);
        out.writeShort(hello.size() + 4);
        out.writeInt(1 << 24 | hello.size());
        hello.writeTo(out);
        return record.toByteArray();
    }
}
