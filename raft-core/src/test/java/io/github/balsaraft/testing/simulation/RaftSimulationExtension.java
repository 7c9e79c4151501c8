package io.github.balsaraft.testing.simulation;

import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Hands the runs to a test that is annotated with {@link RaftSimulation}. */
final class RaftSimulationExtension implements ParameterResolver {

  private static final String SEED = "raft.seed";
  private static final String FRESH_SECONDS = "raft.freshSeconds";

  RaftSimulationExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType().equals(SimulationRuns.class);
  }

  @Override
  public SimulationRuns resolveParameter(ParameterContext parameter, ExtensionContext test) {
    RaftSimulation asked = AnnotationSupport.findAnnotation(
            test.getRequiredTestMethod(), RaftSimulation.class)
        .orElseThrow();
    SimulationSettings settings = new SimulationSettings(
        asked.hosts(),
        asked.spares(),
        Duration.ofSeconds(asked.seconds()),
        asked.clients(),
        SimulationSettings.DEFAULT.thinkTime(),
        SimulationSettings.DEFAULT.options(),
        asked.faults(),
        true);
    Long seed = Long.getLong(SEED);
    Class<?> type = test.getRequiredTestClass();
    String method = test.getRequiredTestMethod().getName();
    String replay = TestCommand.of(type, method) + " -D" + SEED + "=";
    SimulationRuns.Seeds seeds = seed != null
        ? new SimulationRuns.Seeds(seed, 1, Duration.ZERO)
        : seeds(asked, type, method);
    return new SimulationRuns(settings, seeds, replay, TestCommand.nameOf(type) + "-" + method);
  }

  private static SimulationRuns.Seeds seeds(RaftSimulation asked, Class<?> type, String method) {
    long first = Long.getLong("raft.firstSeed", 1);
    int count = Integer.getInteger("raft.seeds", asked.seeds());
    Integer freshSeconds = Integer.getInteger(FRESH_SECONDS);
    return freshSeconds != null
        ? new SimulationRuns.Seeds(first, count, Duration.ofSeconds(freshSeconds))
        : new SimulationRuns.Seeds(
            first,
            count,
            Duration.ofSeconds(asked.freshSeconds()),
            FreshSeeds.first(type.getName() + "." + method));
  }
}
