/**
 * The deterministic simulator: whole clusters of the production runtime on virtual time and one thread, under faults that a seed
 * draws, with checks after every event and at the end. The rooms below:
 *
 * <ul>
 *   <li>{@code world}: time, machines, disks and the network;
 *   <li>{@code cluster}: processes, the operator, and how much may be destroyed;
 *   <li>{@code load}: clients, what they ask and what they are told;
 *   <li>{@code faults}: what is done to the cluster, and when;
 *   <li>{@code checks}: what must hold after every event, and how much has happened;
 *   <li>{@code diagram}: a run as text, as a hash, and as a page.
 * </ul>
 *
 * <p>Where to begin: {@code RaftSimulation} for a test, {@code Simulation} for one run.
 */
@NullMarked
package io.github.balsaraft.testing.simulation;

import org.jspecify.annotations.NullMarked;
