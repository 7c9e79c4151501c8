package io.github.balsaraft.testing.simulation.diagram;

/**
 * What stands at the head of a diagram.
 *
 * @param seed decides the whole run
 * @param replayCommand what to type to see it happen again
 * @param violation what was wrong; empty if nothing was
 */
public record RunSummary(long seed, String replayCommand, String violation) {}
