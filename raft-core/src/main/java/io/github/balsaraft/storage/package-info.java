/**
 * Where logs are kept: the contract of a {@link io.github.balsaraft.storage.LogStore} and one in memory.
 */
@NullMarked
package io.github.balsaraft.storage;

import org.jspecify.annotations.NullMarked;
