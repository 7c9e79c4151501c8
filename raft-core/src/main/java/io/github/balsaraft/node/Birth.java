package io.github.balsaraft.node;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a replica without data comes into being. It asks the others until it knows:
 *
 * <ul>
 *   <li>If one of them has data, the group exists. A founder that is named in its first configuration takes over that
 *       entry; any other replica starts with an empty log and asks to be let in.
 *   <li>If all founders say that they have none, the one whose name comes first draws up the first configuration from the
 *       ids that they have drawn, and makes it durable as the first entry. The others learn of it by asking.
 * </ul>
 *
 * <p>So a group is founded at most once: founding takes the word of every founder that it has no data, and a founder whose
 * folder was deleted hears from any other that the group exists. All ids are durable before they are told.
 */
final class Birth {

  private static final long ASK_EVERY_NANOS = 200_000_000;

  /** A founder that has left so many questions unanswered may have lost its folder, and its id, since it spoke last. */
  private static final int FRESH_FOR_QUESTIONS = 5;

  /** So many questions are half a minute: whoever starts the servers one by one is through, and may have named some that have left. */
  private static final int LONG_QUESTIONS = 150;

  private final BirthPlan plan;
  private final ReplicaId self;
  private final HostId host;
  private final Port port;
  private final Map<HostId, Unborn> unborn = new TreeMap<>();
  private final Map<HostId, String> refusals = new TreeMap<>();
  private long nextQueryNanos;
  private long questions;
  private boolean decided;

  Birth(BirthPlan plan, ReplicaId self, HostId host, Port port) {
    this.plan = plan;
    this.self = self;
    this.host = host;
    this.port = port;
    this.unborn.put(host, new Unborn(self, Long.MAX_VALUE));
  }

  long deadlineNanos() {
    return decided ? Long.MAX_VALUE : nextQueryNanos;
  }

  /** Does what is due. */
  void step(long nowNanos) {
    if (decided) {
      return;
    }
    foundIfAllAreUnborn();
    if (!decided && nowNanos >= nextQueryNanos) {
      nextQueryNanos = nowNanos + ASK_EVERY_NANOS;
      questions++;
      for (Founder peer : plan.peers()) {
        if (!peer.host().equals(host)) {
          port.send(peer.host(), new BirthQuery(self, plan.foundersDigest(), port.ownAddress()));
        }
      }
    }
  }

  /** It is settled how this replica comes into being, and may be durable at any moment: it is not unborn for others now. */
  boolean isDecided() {
    return decided;
  }

  /** What this replica has to say to another founder. */
  BirthAnswer answer(BirthQuery query, @Nullable ClusterIdentity cluster) {
    return new BirthAnswer(query.replica(), plan.foundersDigest(), self, cluster, null);
  }

  void onAnswer(HostId from, BirthAnswer answer) {
    if (decided || !answer.asker().equals(self)) {
      return;
    }
    ReplicaId unbornThere = answer.unborn();
    ClusterIdentity cluster = answer.cluster();
    if (unbornThere == null && cluster != null) {
      EntryBatch founding = answer.founding();
      if (founding != null && !isFoundingEntry(founding)) {
        refusals.put(from, "sent a first entry that makes no sense");
        return;
      }
      decided = true;
      port.born(cluster, founding);
    } else if (unbornThere != null && plan.kind() == BirthPlan.Kind.BOOTSTRAP) {
      if (answer.founders() != plan.foundersDigest()) {
        refusals.put(from, "was started with other founders or other rules for leases");
        return;
      }
      refusals.remove(from);
      unborn.put(from, new Unborn(unbornThere, questions));
      if (cluster != null) {
        port.clusterOfPeer(from, cluster);
      }
      foundIfAllAreUnborn();
    }
  }

  /**
   * Whether this can be the first entry of a group that this replica is a founder of.
   *
   * @throws io.github.balsaraft.model.UnknownFormatException if only a newer version can tell
   */
  private boolean isFoundingEntry(EntryBatch founding) {
    try {
      return founding.count() == 1
          && founding.last().equals(FOUNDING_ENTRY)
          && founding.type() == EntryType.CONFIGURATION
          && Configuration.decode(founding.singlePayload()).contains(self);
    } catch (CorruptDataException e) {
      return false;
    }
  }

  /** The id of a founder that says that it has no data, or null if it hasn't said so lately. */
  private @Nullable ReplicaId knownUnborn(HostId founder) {
    Unborn known = unborn.get(founder);
    return known == null || known.question < questions - FRESH_FOR_QUESTIONS ? null : known.replica;
  }

  private void foundIfAllAreUnborn() {
    if (decided || plan.kind() != BirthPlan.Kind.BOOTSTRAP || !host.equals(plan.coordinator())) {
      return;
    }
    List<Member> members = new ArrayList<>();
    for (Founder founder : plan.peers()) {
      ReplicaId replica = knownUnborn(founder.host());
      if (replica == null) {
        return;
      }
      members.add(Member.voter(replica, founder.host(), founder.address()));
    }
    decided = true;
    Configuration founding = Configuration.of(members).withLeaseRules(plan.leases());
    Payloads configuration = Payloads.single(EntryType.CONFIGURATION, founding.encode());
    port.born(port.newCluster(), configuration.place(FOUNDING_ENTRY, port.wallMillis()));
  }

  /** Where the first configuration stands: as if a leader of term 1 had replicated it to all founders. */
  static final EntryId FOUNDING_ENTRY = new EntryId(1, 1);

  /** What a replica that takes over the first configuration remembers besides. */
  static final HardState FOUNDING_STATE = new HardState(FOUNDING_ENTRY.term(), null);

  /** The record of a replica that is born. */
  static ReplicaRecord bornRecord(ReplicaId replica) {
    return new ReplicaRecord(replica, ReplicaRecord.State.MEMBER);
  }

  /** What is awaited, for an operator. */
  String explain() {
    List<String> awaited = new ArrayList<>();
    for (Founder peer : plan.peers()) {
      String refusal = refusals.get(peer.host());
      if (refusal != null) {
        awaited.add(peer.host() + " (" + refusal + ")");
      } else if (knownUnborn(peer.host()) == null) {
        awaited.add(peer.host().name());
      }
    }
    if (plan.kind() == BirthPlan.Kind.JOIN) {
      return "waiting for a member of the group among " + plan.peers() + " to answer"
          + (questions < LONG_QUESTIONS
              ? ""
              : "; if all of these have left it, name present members");
    }
    return awaited.isEmpty()
        ? "waiting for " + plan.coordinator() + " to found the group"
        : "the group is founded once all founders have been started; waiting for "
            + String.join(", ", awaited)
            + (questions >= LONG_QUESTIONS && someNeverAnswered()
                ? "; if the group exists without them, start " + host + " with join and its members"
                : "");
  }

  private boolean someNeverAnswered() {
    return plan.peers().stream()
        .map(Founder::host)
        .anyMatch(founder -> !unborn.containsKey(founder) && !refusals.containsKey(founder));
  }

  /** A founder without data, and our latest question when it said so. */
  private record Unborn(ReplicaId replica, long question) {}

  /** What a birth needs from its node. */
  interface Port {
    void send(HostId to, BirthQuery query);

    /** Where others reach this host. */
    String ownAddress();

    /** The identity for a cluster that is founded now. */
    ClusterIdentity newCluster();

    /** This fellow founder belongs to this cluster already, through another group. */
    void clusterOfPeer(HostId founder, ClusterIdentity cluster);

    long wallMillis();

    /** Makes the birth durable and starts; {@code founding} is the log's first entry, or null for an empty log. */
    void born(ClusterIdentity cluster, @Nullable EntryBatch founding);
  }
}
