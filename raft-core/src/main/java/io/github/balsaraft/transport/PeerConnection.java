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
    /** Nobody has said where the peer is. */
    UNKNOWN,
    /** Handshake done. */
    CONNECTED,
    /** Under way, and nothing speaks against it yet. */
    CONNECTING,
    /** Nothing listens at the address, or it can't be reached; it is tried again and again. */
    UNREACHABLE,
    /** A host answers, but not one that we may talk to. */
    REFUSED
  }
}
