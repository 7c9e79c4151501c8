package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Envelope;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Frame;

/**
 * A message on its way out, measured.
 *
 * @param message the message
 * @param messageBytes the length of the message alone
 * @param envelopeBytes the length of its envelope
 * @param frameBytes what it adds to a frame
 */
record QueuedMessage(GroupMessage message, int messageBytes, int envelopeBytes, int frameBytes) {

  /** Longer than any frame may be: what a message gets whose length isn't even an {@code int}. */
  static final int TOO_LONG = Integer.MAX_VALUE;

  static QueuedMessage measure(GroupMessage message) {
    FieldSink.Size content = new FieldSink.Size();
    new MessageLayout(content).describe(message.message());
    FieldSink.Size group = new FieldSink.Size();
    group.number(Envelope.GROUP_FIELD_NUMBER, message.group().value());
    long envelopeBytes = group.bytes()
        + FieldSink.Size.lengthDelimited(MessageKinds.fieldOf(message.message()), content.bytes());
    long frameBytes = FieldSink.Size.lengthDelimited(Frame.MESSAGES_FIELD_NUMBER, envelopeBytes);
    if (frameBytes >= TOO_LONG) {
      return new QueuedMessage(message, TOO_LONG, TOO_LONG, TOO_LONG);
    }
    return new QueuedMessage(message, (int) content.bytes(), (int) envelopeBytes, (int) frameBytes);
  }

  /** Writes exactly {@link #frameBytes()} bytes. */
  void writeTo(CodedOutputStream out) {
    FieldSink.Writer writer = new FieldSink.Writer(out);
    writer.nested(Frame.MESSAGES_FIELD_NUMBER, envelopeBytes);
    writer.number(Envelope.GROUP_FIELD_NUMBER, message.group().value());
    writer.nested(MessageKinds.fieldOf(message.message()), messageBytes);
    new MessageLayout(writer).describe(message.message());
  }
}
