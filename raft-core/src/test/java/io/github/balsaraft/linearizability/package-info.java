/**
 * Tests of the linearizability checker that {@code io.github.balsaraft.testing} publishes. They live apart from it, because
 * all that is in that package ends up in the test-jar.
 */
@NullMarked
package io.github.balsaraft.linearizability;

import org.jspecify.annotations.NullMarked;
