package io.github.balsaraft.api;

import io.github.balsaraft.model.Configuration;

/**
 * What a change led to.
 *
 * @param index of the committed configuration in the log
 * @param configuration the members from there on
 */
public record ChangeResult(long index, Configuration configuration) {}
