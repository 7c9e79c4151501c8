package io.github.balsaraft.node;

import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings a replica into being that has no data: what its {@link Birth} decides is made durable before it counts. */
final class GroupBirth implements Birth.Port {

  private final HostRuntime host;
  private final GroupId group;
  private final ReplicaId self;
  private final BirthPlan plan;
  private final GroupPeers peers;
  private final RateLimitedLog log;
  private final Birth birth;
  private final Ends ends;

  /** The replica's id is durable: it may be told to others. */
  private boolean begun;

  GroupBirth(ReplicaContext context, Ends ends) {
    this.host = context.host();
    this.group = context.group();
    this.self = context.self();
    this.plan = context.plan();
    this.peers = context.peers();
    this.log = context.log();
    this.ends = ends;
    this.birth = new Birth(plan, self, host.self(), this);
  }

  /** Begins, at once if the id is stored already. */
  void begin(boolean idIsStored) {
    begun = idIsStored;
    if (!idIsStored) {
      // The id must be durable before it is told to anybody:
      // nobody may count on a replica that nobody is.
      ReplicaRecord unborn = new ReplicaRecord(self, ReplicaRecord.State.UNBORN);
      GroupWrite write = GroupWrite.ofReplica(group, unborn);
      host.writer().write(LogWrite.of(List.of(write)), () -> ends.later(() -> begun = true));
    }
  }

  void step(long nowNanos) {
    if (begun) {
      birth.step(nowNanos);
    }
  }

  long deadlineNanos() {
    return begun ? birth.deadlineNanos() : Long.MAX_VALUE;
  }

  void answer(HostId from, BirthQuery query) {
    if (begun && !birth.isDecided()) {
      peers.sendToHost(from, birth.answer(query, host.durableCluster()));
    }
  }

  void onAnswer(HostId from, BirthAnswer answer) {
    if (begun) {
      birth.onAnswer(from, answer);
    }
  }

  String explain() {
    return birth.explain();
  }

  @Override
  public void send(HostId to, BirthQuery query) {
    peers.sendToHost(to, query);
  }

  @Override
  public String ownAddress() {
    return plan.addressOf(host);
  }

  @Override
  public ClusterIdentity newCluster() {
    // Claimed in one step: another group may be founded at the same moment, on another thread.
    return host.claimAnyCluster();
  }

  @Override
  public void clusterOfPeer(HostId founder, ClusterIdentity cluster) {
    if (host.claimCluster(cluster) == null) {
      log.warn(
          host.environment().nowNanos(),
          Subject.BIRTH,
          "the fellow founder " + founder + " belongs to cluster " + cluster
              + ", but this host's folder to " + host.cluster());
    }
  }

  @Override
  public long wallMillis() {
    return host.environment().wallMillis();
  }

  @Override
  public void born(ClusterIdentity cluster, @Nullable EntryBatch founding) {
    boolean isNewToHost = host.durableCluster() == null;
    HostRecord record = host.claimCluster(cluster);
    if (record == null) {
      ends.failed("the group belongs to cluster " + cluster + ", but this host's folder to "
          + host.cluster()
          + ": found one group first, and others over the same hosts once it has a leader; to repair it, "
          + "start this host with a new, empty folder, or found the group under another id");
      return;
    }
    log.info(
        host.environment().nowNanos(),
        Subject.BIRTH,
        founding == null
            ? "the group exists: joins cluster " + cluster + " as the new replica " + self
            : "the group is founded in cluster " + cluster + " by "
                + Configuration.decode(founding.singlePayload()));
    RecoveredGroup newborn = CoreStarter.newborn(self, founding);
    GroupWrite write = new GroupWrite(
        group,
        newborn.replica(),
        newborn.hardState(),
        0,
        EntryId.NONE,
        founding == null ? List.of() : List.of(founding));
    host.writer().write(new LogWrite(record, List.of(write)), () -> {
      host.clusterIsDurable();
      ends.later(() -> {
        if (isNewToHost) {
          host.transport().identityChanged();
        }
        ends.born(newborn);
      });
    });
  }

  /** How a birth ends. */
  interface Ends {
    /** Runs something on the replica's mailbox. */
    void later(Runnable step);

    /** The replica may take part, from this state, which is durable. */
    void born(RecoveredGroup newborn);

    /** It can't be born here. */
    void failed(String reason);
  }
}
