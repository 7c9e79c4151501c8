/**
 * What a simulated run looked like: a record of it that is the same to the byte for the same seed, and a page that shows it to
 * people as a space-time diagram.
 *
 * <p>Looks on only. Knows the world and what an observer is told, and nothing of faults, load or checks.
 */
@NullMarked
package io.github.balsaraft.testing.simulation.diagram;

import org.jspecify.annotations.NullMarked;
