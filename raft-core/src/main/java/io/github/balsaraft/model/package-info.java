/**
 * Exported values of the protocol: ids, entries, configurations, hard state and messages, and the versioned byte
 * encoding of everything that is stored.
 *
 * <p>All types here are immutable. The encoders produce the bytes that every log store and the simulator keep, so that
 * there is one format and one set of golden bytes. The envelope on the wire belongs to the transport.
 */
@NullMarked
package io.github.balsaraft.model;

import org.jspecify.annotations.NullMarked;
