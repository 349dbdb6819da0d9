package dev.packhorse;

import io.quarkus.test.junit.callback.QuarkusTestAfterConstructCallback;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets all tests wait longer than Awaitility's ten seconds, which a busy machine may need.
 * Found by {@code META-INF/services}. Those of Quarkus have an Awaitility of their own class loader.
 */
public final class PatientTests implements LauncherSessionListener, QuarkusTestAfterConstructCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    @Override
    public void afterConstruct(Object test) {
        Awaitility.setDefaultTimeout(PATIENCE);
    }
}
