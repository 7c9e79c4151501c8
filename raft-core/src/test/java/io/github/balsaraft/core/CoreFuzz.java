package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One cluster under random faults, decided by one seed: first safety while messages are lost, doubled and reordered, links
 * are cut in one direction, processes crash and lose what was not durable, disks are slow, clocks run at their own pace and
 * the configuration changes; then everything heals, and the cluster must come to rest within a bounded time.
 */
final class CoreFuzz {

  private static final int REPLICAS = 7;
  private static final long MILLIS = CoreHarness.MILLIS;

  private final long seed;
  private final SplittableRandom random;
  private final CoreHarness harness;
  private final List<HarnessReplica> replicas = new ArrayList<>();
  private final TextTrace trace = new TextTrace();
  private final int steps;
  private final ChurnFuzz churn;
  private final DamageFuzz damage;
  private final SnapshotFuzz snapshots;

  /** In runs with leases all clocks run, each at its own rate within the bound; else null, and each stands still or jumps at will. */
  private final FuzzLeases leases;

  /** Copies of messages that arrive again much later. */
  private final List<ProtocolMessage> late = new ArrayList<>();

  // Rates in percent, drawn from the seed: some runs are calm in some respects.
  private final int loss;
  private final int doubling;
  private final int reach;
  private final int batching;
  private final int crashes;
  private final int cuts;
  private final int changes;
  private final int snapshotRate;
  private final int transfers;
  private final int damages;

  CoreFuzz(long seed, int steps) {
    this.seed = seed;
    this.steps = steps;
    this.random = new SplittableRandom(seed);
    loss = oneOf(0, 1, 5, 20);
    doubling = oneOf(0, 2, 10);
    reach = oneOf(1, 3, 10, 1000);
    batching = oneOf(0, 30);
    crashes = oneOf(0, 1, 3);
    cuts = oneOf(0, 2, 5);
    changes = oneOf(0, 1, 4);
    snapshotRate = oneOf(0, 2, 10);
    transfers = oneOf(0, 0, 1, 3);
    damages = oneOf(0, 0, 10, 40);
    harness = new CoreHarness(options());
    if (seed % 16 == 0) {
      harness.replay().throughText();
    }
    boolean withLeases = random.nextInt(3) == 0;
    int voters = oneOf(1, 2, 3, 3, 3, 4, 5, 5);
    String[] names = new String[voters];
    for (int i = 0; i < voters; i++) {
      names[i] = "n" + (i + 1);
    }
    Configuration founding = CoreHarness.voters(names);
    if (withLeases) {
      founding = founding.withLeaseRules(FuzzLeases.rules(random));
    }
    for (int i = 1; i <= REPLICAS; i++) {
      Configuration birth = i <= voters ? founding : Configuration.EMPTY;
      HarnessReplica replica =
          harness.add("n" + i, new SplittableRandom(seed * 31 + i)::nextLong, birth);
      replica.autoDisk = random.nextInt(100) < 40;
      replica.autoLoads = random.nextBoolean();
      replica.autoFetch = random.nextInt(4) == 0;
      replicas.add(replica);
    }
    leases = withLeases ? new FuzzLeases(harness, random) : null;
    harness.trace(trace);
    churn = new ChurnFuzz(seed, random, harness, replicas);
    damage = new DamageFuzz(random, harness, trace, damages);
    snapshots = new SnapshotFuzz(random, harness, trace, damage, !withLeases);
  }

  private int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private CoreOptions options() {
    return new CoreOptionsBuilder()
        .maxMessageBytes(oneOf(100, 400, 4000))
        .maxInflight(oneOf(1, 2, 8), oneOf(200, 4000))
        .maxUncommittedBytes(oneOf(300, 4000))
        .windowBytes(oneOf(0, 300, 100_000))
        .maxWaitingReads(oneOf(1, 8, 100))
        .failureHints(random.nextBoolean())
        .compaction(compaction())
        .build();
  }

  private CompactionRules compaction() {
    int retained = oneOf(0, 0, 3, 20);
    return new CompactionRules(
        retained,
        retained + oneOf(0, 10, 100),
        retained == 20 ? 500 : Long.MAX_VALUE,
        retained == 3 ? 2_000 : Long.MAX_VALUE);
  }

  /** What the seed decided. */
  @Override
  public String toString() {
    return "seed=" + seed + " loss=" + loss + "% doubling=" + doubling + "% reach=" + reach
        + " batching=" + batching + "% crashes=" + crashes + "% cuts=" + cuts + "% changes="
        + changes + "% transfers=" + transfers + "% snapshots=" + snapshotRate + "% damages="
        + damages
        + "%"
        + (leases == null ? "" : " leases") + "\n" + harness.options();
  }

  /** The last lines of the trace. */
  String lastLines() {
    return String.join("\n", trace.take());
  }

  CoreHarness harness() {
    return harness;
  }

  void run() {
    for (int i = 0; i < steps; i++) {
      randomStep();
      trace.keepLast(200);
    }
    new CoreHealing(harness, trace).requireConvergence();
  }

  private void randomStep() {
    if (hit(crashes)) {
      crashOrRestart();
    } else if (hit(cuts)) {
      cutOrHeal();
    } else if (hit(changes)) {
      changeConfiguration();
    } else if (hit(snapshotRate)) {
      snapshots.step(anyOfNote());
    } else if (hit(transfers)) {
      transfer();
    } else {
      switch (random.nextInt(20)) {
        case 0, 1 -> propose();
        case 2 -> read();
        case 3 -> time();
        case 4, 5, 6 -> disk();
        case 7 -> rareInputs();
        default -> network();
      }
    }
  }

  private boolean hit(int percent) {
    return random.nextInt(100) < percent;
  }

  private HarnessReplica any() {
    return replicas.get(random.nextInt(replicas.size()));
  }

  /** Any replica, but more often one that matters: a leader, or a member in its eyes. */
  private HarnessReplica anyOfNote() {
    List<HarnessReplica> leaders = leaders();
    if (leaders.isEmpty() || random.nextInt(4) == 0) {
      return any();
    }
    HarnessReplica leader = leaders.get(random.nextInt(leaders.size()));
    List<Member> members = leader.view().configuration().members();
    return random.nextBoolean()
        ? leader
        : harness.replica(members.get(random.nextInt(members.size())).replica());
  }

  /** Several, while an old leader has not noticed that there is a new one. */
  private List<HarnessReplica> leaders() {
    return replicas.stream().filter(HarnessReplica::leads).toList();
  }

  // ------------------------------------------------------------------ faults

  private void crashOrRestart() {
    if (random.nextInt(60) == 0) {
      trace.note("# power loss");
      for (HarnessReplica replica : replicas) {
        harness.crash(replica, random.nextInt(3));
        damage.beforeStart(replica);
        harness.start(replica);
      }
      return;
    }
    HarnessReplica replica = anyOfNote();
    if (!replica.isUp()) {
      trace.note("# " + replica + " starts");
      damage.beforeStart(replica);
      harness.start(replica);
    } else if (random.nextInt(3) == 0) {
      trace.note("# " + replica + " crashes");
      harness.crash(replica, random.nextInt(3));
    }
  }

  private void cutOrHeal() {
    int choice = random.nextInt(10);
    if (choice < 3) {
      harness.network().healAll();
      return;
    } else if (choice < 6) {
      isolateLeader();
      return;
    }
    ReplicaId from = anyOfNote().id;
    ReplicaId to = anyOfNote().id;
    if (harness.network().isCut(from, to)) {
      harness.network().heal(from, to);
    } else {
      harness.network().cut(from, to);
      if (random.nextBoolean()) {
        harness.network().cut(to, from);
      }
    }
  }

  /** Cuts a leader off, in one direction or both, and lets the others lose their patience. */
  private void isolateLeader() {
    List<HarnessReplica> leaders = leaders();
    if (leaders.isEmpty()) {
      return;
    }
    HarnessReplica leader = leaders.get(random.nextInt(leaders.size()));
    int directions = 1 + random.nextInt(3);
    trace.note("# " + leader + " is cut off, directions " + directions);
    for (HarnessReplica other : replicas) {
      if ((directions & 1) != 0) {
        harness.network().cut(leader.id, other.id);
      }
      if ((directions & 2) != 0) {
        harness.network().cut(other.id, leader.id);
      }
      if (leases == null && other != leader) {
        harness.pass(other, (1000 + random.nextInt(1500)) * MILLIS);
      }
    }
    if (leases != null) {
      leases.rivalry(leader);
    } else if (random.nextBoolean()) {
      letSuccessorRule(leader);
    }
  }

  /** What an old leader must survive without a stale read: a new one, its commits, and late messages. */
  private void letSuccessorRule(HarnessReplica old) {
    List<ProtocolMessage> toOld = harness.network().inFlight().stream()
        .filter(message -> message.to().equals(old.id))
        .toList();
    harness.settle();
    leaders().forEach(leader -> harness.propose(leader, "under a successor"));
    harness.settle();
    if (old.isUp()) {
      harness.read(old);
      toOld.forEach(harness::deliver);
    }
  }

  private void network() {
    FakeNetwork network = harness.network();
    if (network.isEmpty()) {
      time();
      return;
    }
    if (!late.isEmpty() && hit(doubling)) {
      harness.deliver(late.remove(random.nextInt(late.size())));
      return;
    }
    int position = random.nextInt(Math.min(reach, network.inFlight().size()));
    if (hit(loss)) {
      network.take(position);
      return;
    }
    ProtocolMessage message =
        hit(doubling) ? network.inFlight().get(position) : network.take(position);
    if (hit(doubling) && late.size() < 30) {
      late.add(message);
    }
    HarnessReplica receiver = harness.replica(message.to());
    if (receiver.isUp() && hit(batching)) {
      // Its outputs are taken at its next step.
      trace.delivered(message);
      harness.inputOnly(receiver, core -> {
        core.receive(message);
        return null;
      });
    } else {
      harness.deliver(message);
    }
    while (network.inFlight().size() > 300) {
      network.take(random.nextInt(network.inFlight().size()));
    }
  }

  private void time() {
    if (leases != null) {
      leases.time(anyOfNote());
      return;
    }
    switch (random.nextInt(8)) {
      case 0 -> harness.pass(any(), random.nextInt(2500) * MILLIS);
      case 1 -> {
        HarnessReplica replica = anyOfNote();
        if (replica.isUp()
            && replica.core().nextDeadlineNanos() - replica.clockNanos < 10_000 * MILLIS) {
          harness.timeout(replica);
        }
      }
      default -> {
        long nanos = random.nextInt(120) * MILLIS;
        replicas.forEach(replica -> harness.pass(replica, nanos));
      }
    }
  }

  private void disk() {
    HarnessReplica replica = anyOfNote();
    if (replica.isUp() && replica.disk.pendingWrites() > 0) {
      harness.completeWrite(replica);
    } else if (random.nextInt(20) == 0) {
      replica.autoDisk = !replica.autoDisk;
    }
  }

  // ------------------------------------------------------------------ load

  private void propose() {
    List<HarnessReplica> leaders = leaders();
    HarnessReplica replica =
        leaders.isEmpty() ? any() : leaders.get(random.nextInt(leaders.size()));
    if (replica.isUp()) {
      String[] commands = new String[1 + random.nextInt(3)];
      for (int i = 0; i < commands.length; i++) {
        commands[i] = "c".repeat(random.nextInt(60)) + random.nextInt();
      }
      harness.propose(replica, commands);
    }
  }

  /** Leaders and others are asked; to somebody or to whom they like. Now and then everybody else hears no more of it. */
  private void transfer() {
    HarnessReplica replica = anyOfNote();
    if (!replica.isUp()) {
      return;
    }
    ReplicaId target = random.nextBoolean() ? null : anyOfNote().id;
    trace.note("# " + replica + " hands over to " + (target == null ? "somebody" : target));
    harness.transfer(replica, target);
    if (random.nextBoolean()) {
      harness.settle();
    }
  }

  private void read() {
    HarnessReplica replica = anyOfNote();
    if (replica.isUp()) {
      if (leases != null && random.nextInt(3) > 0) {
        harness.leaseRead(replica);
      } else {
        harness.read(replica);
      }
    }
  }

  private void rareInputs() {
    HarnessReplica replica = anyOfNote();
    if (!replica.isUp()) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> harness.peerGone(replica, any().id);
      case 1 -> {
        ReplicaId peer = any().id;
        boolean writable = random.nextInt(4) > 0;
        harness.stepDo(replica, core -> core.writable(peer, writable));
      }
      default -> {
        if (!replica.loads.isEmpty()) {
          HarnessReplica.PendingLoad pending =
              replica.loads.remove(random.nextInt(replica.loads.size()));
          harness.answerLoad(
              replica, pending.load(), random.nextInt(4) == 0 ? List.of() : pending.found());
        }
      }
    }
  }

  private void changeConfiguration() {
    for (HarnessReplica leader : leaders()) {
      // An old leader may just have been shut down, as one that the newer one's configuration
      // removed.
      if (!leader.leads()) {
        continue;
      }
      if (leases != null && random.nextInt(4) == 0) {
        leases.change(leader);
      } else {
        churn.change(leader, trace);
      }
    }
  }
}
