/**
 * Test support for applications and for implementers of the extension points: contract suites that an own
 * implementation inherits.
 */
@NullMarked
package io.github.balsaraft.testing;

import org.jspecify.annotations.NullMarked;
