package io.github.balsaraft.testing;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.transport.Transport;
import java.util.Arrays;

/** A host that has a started transport and a {@link RecordingReceiver}, and nothing else. Thread-safe. */
public final class TransportTestHost implements AutoCloseable {

  private final Transport transport;
  private final RecordingReceiver receiver = new RecordingReceiver();
  private volatile HostRecord record;

  /** Starts the transport. */
  public TransportTestHost(HostRecord record, Transport transport) {
    this.record = record;
    this.transport = transport;
    transport.start(this::record, receiver);
  }

  /** The host's id. */
  public HostId id() {
    return record.host();
  }

  /** What it says in handshakes. */
  public HostRecord record() {
    return record;
  }

  /** Its transport. */
  public Transport transport() {
    return transport;
  }

  /** What arrived. */
  public RecordingReceiver receiver() {
    return receiver;
  }

  /** Says something else in handshakes from now on. */
  public void changeRecord(HostRecord changed) {
    record = changed;
    transport.identityChanged();
  }

  /** Tells the transport where the other host is. */
  public void routeTo(TransportTestHost other) {
    transport.setRoute(other.id(), other.transport.localAddress());
  }

  /** Sends messages of the default group in one call. */
  public void send(HostId to, Message... messages) {
    transport.send(
        to,
        Arrays.stream(messages)
            .map(message -> new GroupMessage(GroupId.DEFAULT, message))
            .toList());
  }

  @Override
  public void close() {
    transport.close();
  }
}
