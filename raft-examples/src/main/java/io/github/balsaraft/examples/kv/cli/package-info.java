/** The command line: one class for each subcommand, and what they share. Nothing else in the example prints. */
@NullMarked
package io.github.balsaraft.examples.kv.cli;

import org.jspecify.annotations.NullMarked;
