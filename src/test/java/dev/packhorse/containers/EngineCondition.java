package dev.packhorse.containers;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** Asks once a run whether a container engine answers, and says once when none does. */
final class EngineCondition implements ExecutionCondition {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(EngineCondition.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        // The root's store lives as long as the run, and computes a value once however many ask.
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(EngineCondition.class, key -> ask(), ConditionEvaluationResult.class);
    }

    @SuppressWarnings("SystemOut") // the one line that says that tests were left out
    private static ConditionEvaluationResult ask() {
        String why = "no container engine answers";
        // Says the same in twenty lines, as an error.
        Logger asking = Logger.getLogger("org.testcontainers.dockerclient.DockerClientProviderStrategy");
        Level level = asking.getLevel();
        asking.setLevel(Level.OFF);
        try {
            if (DockerClientFactory.instance().isDockerAvailable()) {
                return ConditionEvaluationResult.enabled("a container engine answers");
            }
        } catch (RuntimeException e) {
            why = "the container engine is of no use ("
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ")";
        } finally {
            asking.setLevel(level);
        }
        String reason = why + ": the tests with containers are skipped";
        System.out.println("[WARNING] " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}
