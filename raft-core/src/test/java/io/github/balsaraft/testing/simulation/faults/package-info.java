/**
 * What is done to a simulated cluster, and when: a {@link io.github.balsaraft.testing.simulation.faults.FaultMix} says how often each
 * kind of fault comes, a {@link io.github.balsaraft.testing.simulation.faults.Schedule} is what a seed has drawn from it, a list
 * that can be printed, shortened and played again.
 */
@NullMarked
package io.github.balsaraft.testing.simulation.faults;

import org.jspecify.annotations.NullMarked;
