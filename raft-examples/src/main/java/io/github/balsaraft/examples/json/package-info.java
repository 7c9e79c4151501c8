/** What the benchmark and the key-value store both need to write JSON. */
@NullMarked
package io.github.balsaraft.examples.json;

import org.jspecify.annotations.NullMarked;
