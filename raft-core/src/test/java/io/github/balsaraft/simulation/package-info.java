/**
 * Tests of the simulator that {@code io.github.balsaraft.testing.simulation} publishes. They live apart from it, because all that
 * is in that package ends up in the test-jar, and so that they use nothing but what applications can use.
 */
@NullMarked
package io.github.balsaraft.simulation;

import org.jspecify.annotations.NullMarked;
