package io.github.balsaraft.examples.kv.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A client that shows what really goes over the wire. Replies are rendered: {@code +status}, {@code -error}, {@code
 * :integer}, {@code "bulk"} with escapes, {@code nil}, {@code [array, …]}.
 */
public final class RespClient implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Socket socket;
  private final InputStream in;

  /** Connects to a server on this machine. */
  public RespClient(int port) {
    this(port, PATIENCE);
  }

  /**
   * Connects to a server on this machine.
   *
   * @param patience how long to wait for a connection, and for each reply
   */
  public RespClient(int port, Duration patience) {
    int patienceMillis = Math.toIntExact(patience.toMillis());
    try {
      socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(patienceMillis);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patienceMillis);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one command and reads its reply. */
  public String call(String... words) {
    send(words);
    return readReply();
  }

  /** Sends one command. */
  public RespClient send(String... words) {
    return sendRaw(encode(words));
  }

  /** Sends bytes as they are. */
  public RespClient sendRaw(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends characters as they are, one byte each. */
  public RespClient sendRaw(String latin1) {
    return sendRaw(latin1.getBytes(ISO_8859_1));
  }

  /** One command as bytes. */
  public static byte[] encode(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
    for (String word : words) {
      byte[] bytes = word.getBytes(UTF_8);
      out.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
      out.writeBytes(bytes);
      out.writeBytes(new byte[] {'\r', '\n'});
    }
    return out.toByteArray();
  }

  /** Says that nothing more will be sent. */
  public RespClient endInput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one reply. */
  public String readReply() {
    try {
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads some replies. */
  public List<String> readReplies(int count) {
    List<String> replies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      replies.add(readReply());
    }
    return replies;
  }

  /** Whether the server has closed the connection; waits for it. */
  public boolean isClosedByServer() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String read() throws IOException {
    String line = readLine();
    String rest = line.substring(1);
    switch (line.charAt(0)) {
      case '$' -> {
        int length = Integer.parseInt(rest);
        if (length < 0) {
          return "nil";
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
          throw new EOFException("in the middle of a value");
        }
        return quote(bytes, length);
      }
      case '*' -> {
        int length = Integer.parseInt(rest);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < length; i++) {
          elements.add(read());
        }
        return length < 0 ? "nil-array" : "[" + String.join(", ", elements) + "]";
      }
      default -> {
        return line;
      }
    }
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server has closed the connection");
      }
      line.write(next);
    }
    String text = line.toString(UTF_8);
    return text.substring(0, text.length() - 1);
  }

  private static String quote(byte[] bytes, int length) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < length; i++) {
      int letter = bytes[i] & 0xff;
      if (letter == '"' || letter == '\\') {
        text.append('\\').append((char) letter);
      } else if (letter >= ' ' && letter < 127) {
        text.append((char) letter);
      } else {
        text.append("\\x").append(HexFormat.of().toHexDigits((byte) letter));
      }
    }
    return text.append('"').toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
