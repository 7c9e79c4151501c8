package io.github.balsaraft.testing;

import static io.github.balsaraft.testing.LogWrites.append;
import static io.github.balsaraft.testing.LogWrites.batch;
import static io.github.balsaraft.testing.LogWrites.newReplica;
import static io.github.balsaraft.testing.LogWrites.startAfter;
import static io.github.balsaraft.testing.LogWrites.truncate;
import static io.github.balsaraft.testing.LogWrites.vote;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The writes of a life of a host: first one of every kind, then some at random. */
final class WriteScript {

  private static final GroupId G = GroupId.DEFAULT;
  private static final GroupId OTHER = new GroupId(7);
  private static final List<GroupId> GROUPS = List.of(G, OTHER, new GroupId(Long.MAX_VALUE));
  private static final int RANDOM_WRITES = 8;

  private WriteScript() {}

  static List<LogWrite> of(long seed) {
    HostRecord born = new HostRecord(new HostId("n1"), 42, null);
    List<LogWrite> writes = new ArrayList<>();
    writes.add(new LogWrite(born, List.of()));
    writes.add(new LogWrite(
        born.inCluster(new ClusterIdentity(99, 3)),
        GROUPS.stream().map(LogWrites::newReplica).toList()));
    writes.add(of(append(G, batch(EntryType.CONFIGURATION, 1, 1, 1, 0))));
    writes.add(of(vote(G, 2, new ReplicaId(5))));
    writes.add(of(append(G, batch(1, 2, 3), batch(2, 5, 1))));
    writes.add(of(append(OTHER, batch(9, 1, 5)), vote(OTHER, 9, null), append(G, batch(2, 6, 2))));
    // Longer than a block of any log, so that it is torn at many places.
    writes.add(of(append(G, batch(EntryType.COMMAND, 2, 8, 2, 35_000))));
    writes.add(of(
        new GroupWrite(G, null, new HardState(3, null), 5, EntryId.NONE, List.of(batch(3, 5, 4)))));
    writes.add(of(startAfter(G, 1, 3)));
    writes.add(of(truncate(OTHER, 4), append(G, batch(EntryType.CONFIGURATION, 3, 9, 1, 0))));
    writes.add(of(startAfter(OTHER, 11, 20)));
    writes.add(of(append(OTHER, batch(11, 21, 2)), newReplica(G)));
    addRandom(writes, new Random(seed));
    return List.copyOf(writes);
  }

  private static void addRandom(List<LogWrite> writes, Random random) {
    StoreModel model = StoreModel.after(writes);
    for (int i = 0; i < RANDOM_WRITES; i++) {
      List<GroupWrite> groups = new ArrayList<>();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        GroupId group = GROUPS.get(random.nextInt(GROUPS.size()));
        GroupWrite write = LogWrites.random(group, model.log(group), random);
        model.log(group).apply(write);
        groups.add(write);
      }
      writes.add(LogWrite.of(groups));
    }
  }

  private static LogWrite of(GroupWrite... groups) {
    return LogWrite.of(List.of(groups));
  }
}
