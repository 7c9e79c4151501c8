package io.github.balsaraft.testing.simulation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs an application's state machine in simulated clusters, under faults that each seed draws anew. The method gets
 * the runs as its parameter and says what the application is:
 *
 * <pre>{@code
 * @RaftSimulation(hosts = 5, seeds = 200)
 * void accountsAddUp(SimulationRuns runs) {
 *   runs.check(AccountsWorkload::new);
 * }
 * }</pre>
 *
 * <p>A failure says with which seed, how to run that one again ({@code -Draft.seed=17}), and the fewest faults that make it fail; and
 * it leaves a page that shows what happened. {@code -Draft.seeds=5000} runs more seeds than the test says, {@code -Draft.firstSeed}
 * others, and {@code -Draft.freshSeconds=3600} goes on with new ones at random for an hour.
 */
@Test
@ExtendWith(RaftSimulationExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RaftSimulation {

  /** Founders of the group. */
  int hosts() default 5;

  /** Further hosts, which an operator lets in now and then. */
  int spares() default 2;

  /** How many runs, each of a seed of its own. */
  int seeds() default 100;

  /** For how many seconds of real time others are run after them: new ones with each change of the code, the same for the same code. */
  int freshSeconds() default 0;

  /** For how many seconds of virtual time faults come in each run. */
  int seconds() default 30;

  /** Clients, each of which asks for one thing at a time. */
  int clients() default 8;

  /** Whether there are faults at all. */
  boolean faults() default true;
}
