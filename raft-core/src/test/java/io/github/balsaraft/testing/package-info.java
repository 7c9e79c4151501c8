/**
 * Test support for applications and for implementers of the extension points: contract suites that an own
 * implementation inherits, a checker of linearizability, and in {@code simulation} the simulator.
 */
@NullMarked
package io.github.balsaraft.testing;

import org.jspecify.annotations.NullMarked;
