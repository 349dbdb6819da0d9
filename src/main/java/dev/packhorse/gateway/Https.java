package dev.packhorse.gateway;

import dev.packhorse.server.HttpListener;
import dev.packhorse.server.TlsSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** TLS of the HTTP listener, from the keys {@code packhorse.https.*}. */
final class Https {

    private static final String PREFIX = "packhorse.https.";

    private Https() {}

    /** Lets the listener speak TLS where that is configured. Called before it is started. */
    static void secure(HttpListener listener, PackhorseConfig config, MeterRegistry registry) throws StartException {
        try {
            TlsSettings settings = settings(config);
            if (settings == null) {
                return;
            }
            listener.secure(settings);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException(PREFIX + "*: " + e.getMessage(), e);
        }
        Gauge.builder("packhorse.certificate.expiry", listener, Https::secondsLeft)
                .description("Seconds until the certificate of TLS ends")
                .baseUnit("seconds")
                .register(registry);
    }

    private static double secondsLeft(HttpListener listener) {
        Instant end = listener.certificateExpiry();
        return end == null ? Double.NaN : Duration.between(Instant.now(), end).toSeconds();
    }

    /**
     * What the keys say.
     *
     * @return {@code null} for no TLS
     * @throws IllegalArgumentException for keys that contradict or miss each other, with one line that names them
     */
    static @Nullable TlsSettings settings(PackhorseConfig config) {
        PackhorseConfig.Https https = config.https();
        if (https.port().isEmpty()) {
            require(config.http().port() >= 0, "packhorse.http.port = -1 leaves nothing without " + PREFIX + "port");
            require(
                    https.certificate().isEmpty()
                            && https.key().isEmpty()
                            && https.keyStore().isEmpty()
                            && https.clientCa().isEmpty()
                            && !https.redirect(),
                    "port is not set, without which nothing speaks TLS; 8443 is usual");
            return null;
        }
        require(!https.redirect() || config.http().port() >= 0, "redirect needs packhorse.http.port");
        return new TlsSettings(
                https.host().orElse(config.http().host()),
                https.port().get(),
                source(https),
                https.provider(),
                https.clientCertificates(),
                https.clientCa().map(Path::of).orElse(null),
                https.clientCrl().map(Path::of).orElse(null),
                https.redirect(),
                https.publicPort().orElse(0),
                TlsSettings.LOOK_EVERY);
    }

    private static TlsSettings.KeySource source(PackhorseConfig.Https https) {
        Optional<String> certificate = https.certificate();
        Optional<String> store = https.keyStore();
        require(
                certificate.isPresent() != store.isPresent(),
                certificate.isPresent()
                        ? "certificate and key-store are both set; one is needed"
                        : "port needs certificate and key, or key-store");
        if (store.isPresent()) {
            require(
                    https.key().isEmpty() && https.keyPasswordFile().isEmpty(),
                    "key and key-password-file are for certificate");
            require(
                    https.keyStorePassword().isPresent()
                            != https.keyStorePasswordFile().isPresent(),
                    "key-store needs either key-store-password or key-store-password-file");
            return new TlsSettings.Pkcs12(
                    Path.of(store.get()),
                    https.keyStorePassword()
                            .map(TlsSettings.Password::of)
                            .orElseGet(
                                    () -> password(https.keyStorePasswordFile().orElseThrow())));
        }
        require(
                https.keyStorePassword().isEmpty()
                        && https.keyStorePasswordFile().isEmpty(),
                "key-store-password and key-store-password-file are for key-store");
        Path file = Path.of(certificate.orElseThrow());
        return new TlsSettings.Pem(
                file,
                https.key().map(Path::of).orElse(file),
                https.keyPasswordFile().map(Https::password).orElse(null));
    }

    private static TlsSettings.Password password(String file) {
        return TlsSettings.Password.in(Path.of(file));
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The root of what is served somewhere. */
    static String url(String scheme, String host, int port) {
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
