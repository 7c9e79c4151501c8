/**
 * Real servers under real faults: processes that are killed, paused, wiped and started again while clients read and write,
 * and whose answers are then checked for linearizability.
 */
@NullMarked
package io.github.balsaraft.examples.kv.faults;

import org.jspecify.annotations.NullMarked;
