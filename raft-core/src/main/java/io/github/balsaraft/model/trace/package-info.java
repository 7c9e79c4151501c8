/**
 * What a replica tells about each of its steps, for diagnosis and for checking a run against a specification: the events,
 * their form as lines of text, and the replayer that rebuilds the replicas' states from them. docs/trace.md describes it all.
 *
 * <p>Pure like the rest of the model: no threads, files or clocks.
 */
@NullMarked
package io.github.balsaraft.model.trace;

import org.jspecify.annotations.NullMarked;
