/** A load that keeps a fixed number of operations outstanding, and what they cost in time, processor, memory and disk. */
@NullMarked
package io.github.balsaraft.examples.bench.load;

import org.jspecify.annotations.NullMarked;
