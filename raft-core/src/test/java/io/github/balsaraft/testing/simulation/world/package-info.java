/**
 * What a simulated cluster runs on: virtual time, hosts with clocks that drift, disks that lose what was not synced, a network
 * that loses and reorders. Nothing here knows of tests, faults or checks; it can do everything a fault needs, and does what it is
 * told.
 *
 * <p>Single-threaded. What happens, and when, is decided by one seed, so that a run can be repeated to the byte.
 */
@NullMarked
package io.github.balsaraft.testing.simulation.world;

import org.jspecify.annotations.NullMarked;
