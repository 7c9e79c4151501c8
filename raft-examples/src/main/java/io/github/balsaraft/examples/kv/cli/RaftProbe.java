package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.server.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks a server for the Raft section of INFO, over one connection that is made anew when it breaks. */
final class RaftProbe implements AutoCloseable {

  private static final int CONNECT_MILLIS = 500;
  private static final int READ_MILLIS = 2000;
  private static final int LONGEST_REPLY = 1 << 20;

  private final HostPort address;
  private @Nullable Socket socket;

  RaftProbe(HostPort address) {
    this.address = address;
  }

  /** What a server says of itself. */
  record Report(String role, long term, String leader, String explain) {
    boolean leads() {
      return role.equals("leader");
    }
  }

  /** Asks, and answers nothing if the server doesn't. */
  Optional<Report> ask() {
    try {
      Socket connected = connected();
      connected.getOutputStream().write("info raft\r\n".getBytes(UTF_8));
      return Optional.of(parse(readBulk(connected.getInputStream())));
    } catch (IOException | NumberFormatException e) {
      close();
      return Optional.empty();
    }
  }

  private Socket connected() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket();
      // Kept before it is connected, so that close() finds it whatever happens.
      socket = open;
      open.setSoTimeout(READ_MILLIS);
      open.setTcpNoDelay(true);
      open.connect(address.resolve(), CONNECT_MILLIS);
    }
    return open;
  }

  private static String readBulk(InputStream in) throws IOException {
    StringBuilder header = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || header.length() > 100) {
        throw new IOException("no reply");
      }
      header.append((char) next);
    }
    if (header.length() < 2 || header.charAt(0) != '$') {
      throw new IOException("unexpected reply " + header);
    }
    int length = Integer.parseInt(header.substring(1).strip());
    if (length < 0 || length > LONGEST_REPLY) {
      throw new IOException("unexpected length " + length);
    }
    byte[] bytes = in.readNBytes(length + 2);
    if (bytes.length != length + 2) {
      throw new IOException("the reply ends early");
    }
    return new String(bytes, 0, length, UTF_8);
  }

  private static Report parse(String text) {
    Map<String, String> lines = new HashMap<>();
    text.lines().forEach(line -> {
      int colon = line.indexOf(':');
      if (colon > 0) {
        lines.put(line.substring(0, colon), line.substring(colon + 1));
      }
    });
    return new Report(
        lines.getOrDefault("role", ""),
        Long.parseLong(lines.getOrDefault("term", "0")),
        lines.getOrDefault("leader", ""),
        lines.getOrDefault("explain", ""));
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
