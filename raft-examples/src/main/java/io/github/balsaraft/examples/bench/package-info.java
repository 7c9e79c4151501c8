/**
 * The benchmark: what is measured, the same for all systems ({@code docs/benchmarks.md}). {@link
 * io.github.balsaraft.examples.bench.Bench} is the command line; the rooms are {@code load} (a closed loop and what it
 * costs), {@code cluster} (the nodes under test) and {@code report} (JSON lines, tables, plots), each of which uses only those before it.
 */
@NullMarked
package io.github.balsaraft.examples.bench;

import org.jspecify.annotations.NullMarked;
