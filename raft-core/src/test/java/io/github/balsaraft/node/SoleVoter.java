package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CoreWrite;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The core of the only voter of a group, which needs nobody else to lead and to commit. Its disk is done at once. */
final class SoleVoter {

  static final ReplicaId REPLICA = new ReplicaId(1);

  final RaftCore core;
  private final VirtualTime time;

  SoleVoter(VirtualTime time, Member... learners) {
    this.time = time;
    List<Member> members = new ArrayList<>(List.of(learners));
    members.add(0, Member.voter(REPLICA, new HostId("n1"), "n1"));
    EntryBatch entry = Payloads.single(
            EntryType.CONFIGURATION, Configuration.of(members).encode())
        .place(new EntryId(1, 1), 1);
    RecoveredGroup from = CoreStarter.newborn(REPLICA, entry);
    this.core = CoreStarter.start(
        from, RaftOptions.defaults(), SimulatedEnvironment.alone(time), TraceSink.OFF);
  }

  void settle() {
    settle(ready -> {});
  }

  /** Does what the core asks for until it is quiet, and shows each output. */
  void settle(Consumer<Ready> look) {
    core.advanceTo(time.nowNanos(), 1);
    for (Ready ready = core.ready(); !ready.isEmpty(); ready = core.ready()) {
      look.accept(ready);
      CoreWrite write = ready.write();
      if (write != null) {
        core.written(write.sequence());
      }
    }
  }

  void lead() {
    while (!core.view().hasCommittedInTerm()) {
      time.runFor(100 * VirtualTime.MILLIS);
      settle();
    }
    assertThat(core.view().currentRole()).isEqualTo(Role.LEADER);
  }
}
