package io.github.balsaraft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.netty.wire.v1.Handshakes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** The bytes of a handshake: a head that never changes and a protobuf message; {@code handshake.proto} describes both. */
final class HandshakeCodec {

  /** "BLSA". */
  private static final int MAGIC = 0x424c5341;

  /** So long that a refusal fits in spite of the identity beside it. */
  private static final int MAX_DETAIL_CHARS = 256;

  /** The longest name of a host, and a port; so that it fits beside all else. */
  private static final int MAX_ADDRESS_CHARS = 260;

  private HandshakeCodec() {}

  /** The bytes on a new connection aren't a handshake of ours. */
  static final class NotOursException extends Exception {
    private final String why;

    NotOursException(String why) {
      super(why);
      this.why = why;
    }

    String why() {
      return why;
    }
  }

  /** Takes a handshake off the buffer, or returns null and takes nothing as long as it isn't all there. */
  static @Nullable HandshakeFrame read(ByteBuf in) throws NotOursException {
    int start = in.readerIndex();
    // Each byte is checked as soon as it is there: a stranger
    // who says "GET /" doesn't get a second's patience.
    for (int i = 0; i < Math.min(4, in.readableBytes()); i++) {
      if (in.getByte(start + i) != (byte) (MAGIC >>> (24 - 8 * i))) {
        throw new NotOursException(
            "it began with " + ByteBufUtil.hexDump(in, start, Math.min(16, in.readableBytes())));
      }
    }
    if (in.readableBytes() < HandshakeFrame.HEAD_BYTES) {
      return null;
    }
    int length = HandshakeFrame.messageBytes(in);
    if (length > HandshakeFrame.MAX_MESSAGE_BYTES) {
      throw new NotOursException("its handshake has " + length + " bytes");
    }
    return HandshakeFrame.read(in);
  }

  static ByteBuf write(Hello hello, ByteBufAllocator allocator) {
    return HandshakeFrame.write(
        MAGIC,
        hello.newestVersion(),
        Handshakes.Hello.newBuilder()
            .setSelf(toWire(hello.self()))
            .setWantedHost(hello.wanted().name())
            .setLane(
                hello.lane() == LaneKind.BULK
                    ? Handshakes.Lane.LANE_BULK
                    : Handshakes.Lane.LANE_CONTROL)
            .setOldestVersion(hello.oldestVersion())
            .build(),
        allocator);
  }

  static Hello toHello(HandshakeFrame frame) throws NotOursException {
    try {
      Handshakes.Hello hello = Handshakes.Hello.parseFrom(frame.message());
      LaneKind lane = switch (hello.getLane()) {
        case LANE_CONTROL -> LaneKind.CONTROL;
        case LANE_BULK -> LaneKind.BULK;
        default -> throw new NotOursException("it wants a lane that doesn't exist");
      };
      return new Hello(
          frame.version(),
          hello.getOldestVersion(),
          fromWire(hello.getSelf()),
          new HostId(hello.getWantedHost()),
          lane);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new NotOursException("its handshake is malformed: " + e.getMessage());
    }
  }

  static ByteBuf write(Answer answer, ByteBufAllocator allocator) {
    Handshakes.Answer.Builder wire = Handshakes.Answer.newBuilder().setSelf(toWire(answer.self()));
    Refusal refusal = answer.refusal();
    if (refusal != null) {
      String detail = refusal.detail();
      wire.setRefusal(toWire(refusal.reason()))
          .setDetail(detail.substring(0, Math.min(MAX_DETAIL_CHARS, detail.length())));
    }
    return HandshakeFrame.write(MAGIC, answer.version(), wire.build(), allocator);
  }

  static Answer toAnswer(HandshakeFrame frame) throws NotOursException {
    try {
      Handshakes.Answer answer = Handshakes.Answer.parseFrom(frame.message());
      RefusalReason reason = fromWire(answer.getRefusal());
      return new Answer(
          frame.version(),
          fromWire(answer.getSelf()),
          reason == null ? null : new Refusal(reason, answer.getDetail()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new NotOursException("its answer is malformed: " + e.getMessage());
    }
  }

  private static Handshakes.Identity toWire(Identity identity) {
    HostRecord host = identity.host();
    ClusterIdentity cluster = host.cluster();
    return Handshakes.Identity.newBuilder()
        .setHost(host.host().name())
        .setIncarnation(host.incarnation())
        .setClusterId(cluster == null ? 0 : cluster.id())
        .setClusterEpoch(cluster == null ? 0 : cluster.epoch())
        .setRun(identity.run())
        .setAddress(identity.address().length() > MAX_ADDRESS_CHARS ? "" : identity.address())
        .build();
  }

  private static Identity fromWire(Handshakes.Identity wire) {
    ClusterIdentity cluster = wire.getClusterId() == 0
        ? null
        : new ClusterIdentity(wire.getClusterId(), wire.getClusterEpoch());
    return new Identity(
        new HostRecord(new HostId(wire.getHost()), wire.getIncarnation(), cluster),
        wire.getRun(),
        wire.getAddress());
  }

  private static Handshakes.Refusal toWire(RefusalReason reason) {
    return switch (reason) {
      case VERSION -> Handshakes.Refusal.REFUSAL_VERSION;
      case WRONG_HOST -> Handshakes.Refusal.REFUSAL_WRONG_HOST;
      case WRONG_CLUSTER -> Handshakes.Refusal.REFUSAL_WRONG_CLUSTER;
      case WRONG_EPOCH -> Handshakes.Refusal.REFUSAL_WRONG_EPOCH;
      case NAME_TAKEN -> Handshakes.Refusal.REFUSAL_NAME_TAKEN;
      case OTHER -> throw new IllegalArgumentException("only ever received");
    };
  }

  private static @Nullable RefusalReason fromWire(Handshakes.Refusal wire) {
    return switch (wire) {
      case REFUSAL_NONE -> null;
      case REFUSAL_VERSION -> RefusalReason.VERSION;
      case REFUSAL_WRONG_HOST -> RefusalReason.WRONG_HOST;
      case REFUSAL_WRONG_CLUSTER -> RefusalReason.WRONG_CLUSTER;
      case REFUSAL_WRONG_EPOCH -> RefusalReason.WRONG_EPOCH;
      case REFUSAL_NAME_TAKEN -> RefusalReason.NAME_TAKEN;
      case UNRECOGNIZED -> RefusalReason.OTHER;
    };
  }
}
