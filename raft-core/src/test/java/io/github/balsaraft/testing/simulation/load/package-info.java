/**
 * The clients of a simulated cluster: what they ask for, what they are told, and the history that follows from it. A {@link
 * io.github.balsaraft.testing.simulation.load.Workload} is what an application brings along: its state machine, its operations,
 * and, if it has one, the sequential model that its histories are held against. {@link
 * io.github.balsaraft.testing.simulation.load.KvWorkload} is one of a key-value store, in memory or on disk.
 */
@NullMarked
package io.github.balsaraft.testing.simulation.load;

import org.jspecify.annotations.NullMarked;
