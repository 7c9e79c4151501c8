/** Microbenchmarks of what runs for each batch of writes: a step of the core, the form of a batch, a write to the store. */
package io.github.balsaraft.examples.bench.micro;
