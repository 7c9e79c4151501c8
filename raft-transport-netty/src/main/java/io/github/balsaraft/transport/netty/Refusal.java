package io.github.balsaraft.transport.netty;

/**
 * Why one host doesn't talk to another.
 *
 * @param reason what is counted
 * @param detail for an operator
 */
record Refusal(RefusalReason reason, String detail) {}
