/**
 * What applications implement and receive: the state machine, options, results, exceptions and status. Interfaces and
 * values only.
 */
@NullMarked
package io.github.balsaraft.api;

import org.jspecify.annotations.NullMarked;
