package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** A plain socket that speaks as much of the protocol as a test wants, and anything else. Blocking, with a bound. */
final class RawPeer implements AutoCloseable {

  private final Socket socket;

  RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
  }

  /** Connects to where a transport listens. */
  static RawPeer dial(String address) throws IOException {
    HostPort target = HostPort.parse(address);
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(target.host(), target.port()), 5000);
    return new RawPeer(socket);
  }

  /** What a host without a cluster says of itself. */
  static Identity identity(String host) {
    return new Identity(new HostRecord(new HostId(host), 1, null), 1234);
  }

  RawPeer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawPeer send(ByteBuf bytes) throws IOException {
    return send(Wire.takeBytes(bytes));
  }

  RawPeer hello(String self, String wanted, LaneKind lane) throws IOException {
    return send(helloBytes(self, wanted, lane));
  }

  RawPeer hello(Identity self, HostId wanted, LaneKind lane) throws IOException {
    return send(HandshakeCodec.write(
        new Hello(1, 1, self, wanted, lane), UnpooledByteBufAllocator.DEFAULT));
  }

  /** Says hello and sends frames without waiting for the answer, in one piece. */
  RawPeer helloAndFrame(String self, String wanted, LaneKind lane, byte[] frame)
      throws IOException {
    return send(Unpooled.wrappedBuffer(Wire.takeBytes(helloBytes(self, wanted, lane)), frame));
  }

  private static ByteBuf helloBytes(String self, String wanted, LaneKind lane) {
    return HandshakeCodec.write(
        new Hello(1, 1, identity(self), new HostId(wanted), lane),
        UnpooledByteBufAllocator.DEFAULT);
  }

  /** The other side's answer, or null if it closes the connection instead. */
  @Nullable
  Answer answer() throws Exception {
    HandshakeFrame frame = handshake();
    return frame == null ? null : HandshakeCodec.toAnswer(frame);
  }

  /** Takes the other side's hello and accepts it. */
  Hello accept(String self) throws Exception {
    return accept(identity(self));
  }

  /** As {@link #accept(String)}. */
  Hello accept(Identity self) throws Exception {
    HandshakeFrame frame = handshake();
    if (frame == null) {
      throw new AssertionError("closed before the hello");
    }
    send(HandshakeCodec.write(new Answer(1, self, null), UnpooledByteBufAllocator.DEFAULT));
    return HandshakeCodec.toHello(frame);
  }

  private @Nullable HandshakeFrame handshake() throws Exception {
    byte[] head = socket.getInputStream().readNBytes(HandshakeFrame.HEAD_BYTES);
    if (head.length < HandshakeFrame.HEAD_BYTES) {
      return null;
    }
    int length = Unpooled.wrappedBuffer(head).getUnsignedShort(6);
    byte[] message = socket.getInputStream().readNBytes(length);
    return HandshakeCodec.read(Unpooled.wrappedBuffer(head, message));
  }

  /** Waits until the other side has closed the connection; fails if it says something instead. */
  void awaitClosed() throws IOException {
    try {
      if (socket.getInputStream().read() >= 0) {
        throw new AssertionError("it said something instead of hanging up");
      }
    } catch (SocketException e) {
      // A reset is a close, too.
    }
  }

  /** Closes with a reset, as a process that dies with unread data does. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
