package io.github.balsaraft.transport;

/**
 * What is known about the way to a peer.
 *
 * @param state whether messages get through
 * @param detail for an operator: since when, or why not; may be empty
 */
public record PeerConnection(State state, String detail) {

  /** The state of the way to a peer. */
  public enum State {
    /** Nobody has said where the peer is, or nothing was sent to it yet. */
    UNKNOWN,
    /** Handshake done. */
    CONNECTED,
    /** Under way, or waiting for the next attempt. */
    CONNECTING,
    /** Nothing listens at the address, or it can't be reached. */
    UNREACHABLE,
    /** A host answers, but not one that we may talk to. */
    REFUSED
  }
}
