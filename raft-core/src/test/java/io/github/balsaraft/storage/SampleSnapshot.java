package io.github.balsaraft.storage;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;

/** One for tests that don't look at what it is of. */
final class SampleSnapshot {

  static final GroupId GROUP = new GroupId(1);
  static final SnapshotHeader HEADER = new SnapshotHeader(
      new EntryId(3, 9),
      4,
      Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1"))),
      1,
      99);

  private SampleSnapshot() {}
}
