/** What tests of the key-value example share: a small client, a server on a backend that fails at will, real processes. */
@NullMarked
package io.github.balsaraft.examples.kv.testing;

import org.jspecify.annotations.NullMarked;
