package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;

/**
 * A host of a group's first configuration, and where it listens.
 *
 * @param host its stable name
 * @param address {@code host:port} as the transport understands it
 */
public record Founder(HostId host, String address) {

  /**
   * Reads {@code name=address}; a bare {@code name} is its own address, which in-process transports understand.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static Founder parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return new Founder(new HostId(text), text);
    }
    String address = text.substring(equals + 1);
    if (address.isEmpty()) {
      throw new IllegalArgumentException("\"" + text + "\" names no address: write name=host:port");
    }
    return new Founder(new HostId(text.substring(0, equals)), address);
  }

  @Override
  public String toString() {
    return host + "=" + address;
  }
}
