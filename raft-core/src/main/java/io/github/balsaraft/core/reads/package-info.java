/** Linearizable reads that wait for a confirmation (ReadIndex, Raft thesis 6.4). */
@NullMarked
package io.github.balsaraft.core.reads;

import org.jspecify.annotations.NullMarked;
