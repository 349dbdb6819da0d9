package dev.packhorse.route;

import dev.packhorse.change.Outbox;
import dev.packhorse.change.webhook.TestReceiver;
import dev.packhorse.policy.overlay.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;

/** What tests of {@code changes:} share: an export on a store, whose changes are recorded in a database of the test. */
abstract class RecordedRoutes {

    static final String EXPORT = """
            - route:
                id: files
                from:
                  uri: export:/x
                  steps:
                    - to: store:memory:x
            """;

    /** A route of changes that a bean sees. */
    static String changes(String id, String bean) {
        return """
            - route:
                id: %s
                from:
                  uri: changes:/x
                  parameters:
                    retry-pause: 20ms
                    retry-max-pause: 100ms
                  steps:
                    - process:
                        ref: %s
            """.formatted(id, bean);
    }

    static String webhook(TestReceiver receiver, String more) {
        return """
            - route:
                id: hook
                from:
                  uri: changes:/x
                  parameters:
                    retry-pause: 20ms
                    retry-max-pause: 100ms
                  steps:
                    - to:
                        uri: openhands-webhook:%s
                        parameters:
                          try-pause: 5ms
                          header.Authorization: Bearer token
            %s
            """.formatted(receiver.url(), more.indent(14));
    }

    final TestDatabase database = new TestDatabase(TestDatabase.Kind.H2);
    /** What all gateways of a test export. */
    final TestStore store = new TestStore();

    final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        database.close();
    }

    TestReceiver receiver() throws IOException {
        TestReceiver receiver = new TestReceiver();
        opened.add(receiver);
        return receiver;
    }

    TestRoutes start(String yaml, Map<String, Processor> beans) throws Exception {
        return start(database, false, yaml, beans);
    }

    TestRoutes start(TestDatabase on, boolean shared, String yaml, Map<String, Processor> beans) throws Exception {
        Outbox outbox = Outbox.open(on, InstantSource.system(), shared, Outbox.Options.DEFAULT);
        opened.add(outbox);
        TestRoutes routes = TestRoutes.of(yaml, prepared -> {
            RecordedExports exports = new RecordedExports(prepared, outbox);
            prepared.stores.put("x", store);
            prepared.context.removeComponent("export");
            prepared.context.addComponent("export", new ExportComponent(exports));
            prepared.context.addComponent("changes", new ChangesComponent(exports));
            prepared.context.addComponent("openhands-webhook", new OpenHandsWebhookComponent("session key"));
            beans.forEach((name, bean) -> prepared.context.getRegistry().bind(name, bean));
            prepared.context.getRegistry().bind("exports", exports);
        });
        opened.add(routes);
        return routes;
    }

    static String text(Exchange exchange) {
        return exchange.getIn().getHeader("PackhorseOperation") + " "
                + exchange.getIn().getHeader("PackhorsePath")
                + (exchange.getIn().getHeader("PackhorseTarget") == null
                        ? ""
                        : " " + exchange.getIn().getHeader("PackhorseTarget"))
                + (exchange.getIn().getBody() == null
                        ? ""
                        : " " + exchange.getIn().getBody(String.class));
    }

    static long count(TestDatabase database) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from change_event")) {
            row.next();
            return row.getLong(1);
        }
    }
}
