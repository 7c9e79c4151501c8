package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportReceiver;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A network that loses, repeats, delays and so reorders messages, each on its own; and that keeps some to deliver them once more
 * much later. Every host is reached under its own name.
 */
public final class Network {

  private static final int KEPT = 64;

  /** Of the messages that could take the first place of those kept, so many do; the further back a place is, the longer it keeps its message. */
  private static final double TAKES_FIRST_PLACE = 0.1;

  private final VirtualTime time;
  private final Chance chance;
  private final Observer observer;
  private final Map<HostId, Endpoint> hosts = new TreeMap<>();
  private final Set<Link> cuts = new TreeSet<>();
  private final Map<Link, Long> detours = new TreeMap<>();
  private final Letter[] kept = new Letter[KEPT];
  private BiPredicate<HostId, GroupMessage> dropped = (to, message) -> false;
  private Weather weather = Weather.FAIR;

  /** Once old messages have come again: what is sent in fair weather meanwhile may do so too, the next time. */
  private boolean keepsOld;

  private long linkBytes = Long.MAX_VALUE;
  private long sent;

  Network(VirtualTime time, Chance chance, Observer observer) {
    this.time = time;
    this.chance = chance;
    this.observer = observer;
  }

  /** What happens to messages that are sent now. */
  public Weather weather() {
    return weather;
  }

  /** What happens to messages that are sent from now on. */
  public void weather(Weather now) {
    weather = now;
  }

  /**
   * So many bytes of entries, and of what is forwarded to a leader and answered, may be under way from one host to another; whoever sends them is
   * told when there are so many, and when there is room again. What he sends all the same is lost if it would be twice as many.
   */
  public void narrowLinks(long mostBytes) {
    linkBytes = mostBytes;
  }

  /** Nothing gets from one host to the other any more; the way back is another matter. */
  public void cut(HostId from, HostId to) {
    if (cuts.add(new Link(from, to))) {
      observer.onCut(from, to);
    }
  }

  /** Messages get from one host to the other again. */
  public void join(HostId from, HostId to) {
    if (cuts.remove(new Link(from, to))) {
      observer.onJoined(from, to);
    }
  }

  /** Whether nothing gets from one host to the other. */
  public boolean isCut(HostId from, HostId to) {
    return !cuts.isEmpty() && cuts.contains(new Link(from, to));
  }

  /** What is sent from one host to the other from now on takes so much longer; 0 for no longer than elsewhere. */
  public void detour(HostId from, HostId to, long nanos) {
    if (nanos == 0) {
      detours.remove(new Link(from, to));
    } else {
      detours.put(new Link(from, to), nanos);
    }
  }

  /** How much longer what is sent from one host to the other takes than elsewhere. */
  public long detour(HostId from, HostId to) {
    return detours.getOrDefault(new Link(from, to), 0L);
  }

  /** Messages to these hosts that are to be dropped, for tests that want a certain one gone. */
  public void drop(BiPredicate<HostId, GroupMessage> which) {
    dropped = which;
  }

  /** All links are whole, the weather is fair, and old messages are forgotten. */
  public void recover() {
    cuts.forEach(link -> observer.onJoined(link.from, link.to));
    cuts.clear();
    detours.clear();
    weather = Weather.FAIR;
    dropped = (to, message) -> false;
    keepsOld = false;
    Arrays.fill(kept, null);
  }

  Transport transport(HostId self, SimulatedEnvironment environment) {
    return new Endpoint(self, environment);
  }

  /** Whether a process listens there. */
  public boolean isListening(HostId host) {
    Endpoint endpoint = hosts.get(host);
    return endpoint != null && !endpoint.closed;
  }

  /** A process has ended: its operating system closes what it had open, and says so to the others. */
  void processGone(HostId gone) {
    Endpoint endpoint = hosts.get(gone);
    if (endpoint == null) {
      return;
    }
    endpoint.closed = true;
    hosts.forEach((other, hearing) -> {
      if (!other.equals(gone) && !hearing.closed && !isCut(gone, other)) {
        time.in(
            weather.delayNanos(chance), () -> hearing.hear(receiver -> receiver.onPeerGone(gone)));
      }
    });
  }

  /** Returns false if there is no room for it on the way. */
  private boolean send(HostRecord from, HostId to, GroupMessage message, OutboundBytes outbound) {
    Letter letter = new Letter(++sent, from, to, message, outbound);
    observer.onSent(from.host(), to, message, letter.number);
    if (!letter.enter()) {
      letter.lost();
      return false;
    }
    keepsOld |= weather.revival() > 0;
    if (keepsOld) {
      keepOrRevive(letter);
    }
    boolean isLost = chance.happens(weather.loss());
    if (isLost) {
      observer.onMishap(Mishap.MESSAGE_LOST, from.host(), to);
    }
    if (isLost || dropped.test(to, message)) {
      letter.lost();
      return true;
    }
    post(letter);
    if (chance.happens(weather.duplication())) {
      observer.onMishap(Mishap.MESSAGE_REPEATED, from.host(), to);
      post(letter);
    }
    return true;
  }

  private void keepOrRevive(Letter letter) {
    int place = chance.below(KEPT);
    Letter old = kept[place];
    if (old != null && chance.happens(weather.revival())) {
      observer.onMishap(Mishap.MESSAGE_REPEATED, old.from.host(), old.to);
      post(old);
    }
    if (old == null || chance.happens(TAKES_FIRST_PLACE / (1 + place))) {
      kept[place] = letter;
    }
  }

  private void post(Letter letter) {
    long detour = detours.isEmpty() ? 0 : detour(letter.from.host(), letter.to);
    if (detour > 0) {
      observer.onMishap(Mishap.MESSAGE_DETOURED, letter.from.host(), letter.to);
    }
    long delay = weather.delayNanos(chance);
    if (delay > Weather.FAIR.maxDelayNanos()) {
      observer.onMishap(Mishap.MESSAGE_SLOW, letter.from.host(), letter.to);
    }
    time.in(delay + detour, letter);
  }

  private record Link(HostId from, HostId to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      int byFrom = from.compareTo(other.from);
      return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
  }

  /** A message on its way. */
  private final class Letter implements Runnable {
    private final long number;
    private final HostRecord from;
    private final HostId to;
    private final GroupMessage message;
    private final OutboundBytes outbound;

    /** Which process it was sent to: that of this moment. */
    private final @Nullable Endpoint addressee;

    private long outboundBytes;

    Letter(long number, HostRecord from, HostId to, GroupMessage message, OutboundBytes outbound) {
      this.number = number;
      this.from = from;
      this.to = to;
      this.message = message;
      this.outbound = outbound;
      this.addressee = hosts.get(to);
    }

    /** Returns false if the way is full. */
    boolean enter() {
      long bytes = OutboundBytes.of(message);
      boolean entered = outbound.enter(to, bytes);
      outboundBytes = entered ? bytes : 0;
      return entered;
    }

    /** With its first copy. */
    private void leave() {
      long bytes = outboundBytes;
      outboundBytes = 0;
      outbound.leave(to, bytes);
    }

    void lost() {
      leave();
      observer.onLost(from.host(), to, message, number);
    }

    @Override
    public void run() {
      leave();
      Endpoint target = hosts.get(to);
      if (target == null || target.closed) {
        lost();
      } else if (isCut(from.host(), to)) {
        observer.onMishap(Mishap.MESSAGE_CUT, from.host(), to);
        lost();
      } else if (!target.lets(from)) {
        lost();
      } else {
        target.hear(receiver -> {
          target.noteHeard(from);
          if (target != addressee) {
            observer.onNote(to, "message to an earlier process");
          }
          observer.onArrived(from.host(), to, message, number);
          receiver.onMessages(from, List.of(message));
        });
      }
    }
  }

  /** What one process has of the network. */
  private final class Endpoint implements Transport {
    private final HostId self;
    private final SimulatedEnvironment environment;
    private @Nullable Supplier<HostRecord> record;
    private @Nullable TransportReceiver receiver;
    private boolean closed;

    private final Map<HostId, String> routes = new HashMap<>();
    private final Set<HostId> heard = new HashSet<>();
    private final OutboundBytes outbound = new OutboundBytes(linkBytes, this::tellWritability);

    Endpoint(HostId self, SimulatedEnvironment environment) {
      this.self = self;
      this.environment = environment;
    }

    /** On a thread of this process: later if it is paused, never if it is dead. */
    void hear(Consumer<TransportReceiver> what) {
      environment.receive(() -> {
        if (!closed) {
          what.accept(receiver);
        }
      });
    }

    private void tellWritability(HostId peer, boolean writable) {
      if (!closed) {
        if (!writable) {
          observer.onNote(self, "link is full");
        }
        hear(to -> to.onWritabilityChanged(peer, writable));
      }
    }

    void noteHeard(HostRecord from) {
      ClusterIdentity theirs = from.cluster();
      if (theirs != null && theirs.equals(record.get().cluster())) {
        heard.add(from.host());
      }
    }

    boolean lets(HostRecord from) {
      ClusterIdentity theirs = from.cluster();
      ClusterIdentity ours = record.get().cluster();
      return theirs == null || ours == null || theirs.equals(ours);
    }

    @Override
    public void start(Supplier<HostRecord> ownRecord, TransportReceiver ownReceiver) {
      record = ownRecord;
      receiver = ownReceiver;
      hosts.put(self, this);
    }

    @Override
    public void identityChanged() {}

    @Override
    public String localAddress() {
      return self.name();
    }

    @Override
    public void setRoute(HostId peer, String address) {
      routes.put(peer, address);
    }

    @Override
    public void removeRoute(HostId peer) {
      routes.remove(peer);
    }

    /** An address is the name of its host here. Who isn't told any of a peer can answer that all the same, if both are of one cluster. */
    private boolean reaches(HostId peer) {
      return peer.name().equals(routes.get(peer)) || heard.contains(peer);
    }

    @Override
    public void send(HostId to, List<GroupMessage> messages) {
      for (GroupMessage message : messages) {
        boolean unused = trySend(to, message);
      }
    }

    @Override
    public boolean trySend(HostId to, GroupMessage message) {
      return !closed
          && !environment.isDead()
          && reaches(to)
          && Network.this.send(record.get(), to, message, outbound);
    }

    @Override
    public PeerConnection connection(HostId peer) {
      // A host that hears nothing from a peer doesn't know from that that nothing gets there
      // either.
      boolean reached = isListening(peer) && !isCut(self, peer);
      return new PeerConnection(
          reached ? PeerConnection.State.CONNECTED : PeerConnection.State.UNREACHABLE, "");
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
