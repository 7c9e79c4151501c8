/**
 * A simulated cluster and those who look after it: processes that are started as production starts them, an operator who changes
 * the members, and the budget that keeps destroyed disks within what Raft survives.
 */
@NullMarked
package io.github.balsaraft.testing.simulation.cluster;

import org.jspecify.annotations.NullMarked;
