package dev.packhorse.gateway;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes in on a connection of PostgreSQL that listens.
 *
 * <p>The driver's classes are called by name, as in {@link StateDatabase}: their packages carry annotations of a library that
 * is not there, of which the compiler warns.
 */
final class Notifications {

    private final Object connection;
    private final Method next;
    private final Method text;

    /**
     * Listens.
     *
     * @param channel an SQL name
     */
    Notifications(Connection connection, String channel) throws SQLException {
        try {
            Class<?> driver = Class.forName("org.postgresql.PGConnection");
            this.next = driver.getMethod("getNotifications", int.class);
            this.text = Class.forName("org.postgresql.PGNotification").getMethod("getParameter");
            this.connection = connection.unwrap(driver);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        try (var statement = connection.createStatement()) {
            statement.execute("listen " + channel);
        }
    }

    /** The messages that have come, or come within some milliseconds. */
    List<String> await(int millis) throws SQLException {
        List<String> texts = new ArrayList<>();
        Object @Nullable [] news = (Object[]) call(next, connection, millis);
        if (news != null) {
            for (Object each : news) {
                texts.add(String.valueOf(call(text, each)));
            }
        }
        return texts;
    }

    private static @Nullable Object call(Method method, Object target, Object... arguments) throws SQLException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
