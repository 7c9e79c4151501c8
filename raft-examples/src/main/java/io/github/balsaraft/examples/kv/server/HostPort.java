package io.github.balsaraft.examples.kv.server;

import java.net.InetSocketAddress;

/**
 * Where something listens.
 *
 * @param host a name or an address, without the brackets of IPv6
 * @param port 0 only where any free port will do
 */
public record HostPort(String host, int port) {

  public HostPort {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the host is missing");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }
  }

  /**
   * Reads {@code host:port}, with brackets around an IPv6 address.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not host:port; an IPv6 address needs brackets");
    }
    return new HostPort(host, parsePort(text.substring(colon + 1), text));
  }

  /** Reads a port that stands in a longer text. */
  public static int parsePort(String port, String within) {
    try {
      return Integer.parseInt(port);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + port + "\" in \"" + within + "\" is not a port", e);
    }
  }

  /** Resolves the name, now. */
  public InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
