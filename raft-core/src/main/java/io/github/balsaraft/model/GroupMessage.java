package io.github.balsaraft.model;

/**
 * A message with the group it belongs to.
 *
 * @param group the group
 * @param message the message
 */
public record GroupMessage(GroupId group, Message message) {}
