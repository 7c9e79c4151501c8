package io.github.balsaraft.transport;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import java.util.List;
import java.util.function.Supplier;

/** Does what another does, but for what a test has it do. */
public class ForwardingTransport implements Transport {

  private Transport real;

  public ForwardingTransport(Transport real) {
    this.real = real;
  }

  /** From now on it forwards to that one. */
  protected final void replace(Transport other) {
    real = other;
  }

  @Override
  public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
    real.start(self, receiver);
  }

  @Override
  public void identityChanged() {
    real.identityChanged();
  }

  @Override
  public String localAddress() {
    return real.localAddress();
  }

  @Override
  public void setRoute(HostId peer, String address) {
    real.setRoute(peer, address);
  }

  @Override
  public void removeRoute(HostId peer) {
    real.removeRoute(peer);
  }

  @Override
  public void send(HostId to, List<GroupMessage> messages) {
    real.send(to, messages);
  }

  @Override
  public long maxMessageBytes() {
    return real.maxMessageBytes();
  }

  @Override
  public PeerConnection connection(HostId peer) {
    return real.connection(peer);
  }

  @Override
  public void close() {
    real.close();
  }
}
