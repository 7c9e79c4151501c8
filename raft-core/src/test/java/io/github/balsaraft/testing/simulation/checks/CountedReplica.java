package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceEvent.Handler;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/** What {@link Coverage} counts of the steps of one replica. */
final class CountedReplica implements Handler {

  private final ReplicaId id;
  private final CountedGroup group;
  private final ObjLongConsumer<Happening> counts;

  private Role role = Role.FOLLOWER;
  private long lastIndex;
  private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

  CountedReplica(ReplicaId id, CountedGroup group, ObjLongConsumer<Happening> counts) {
    this.id = id;
    this.group = group;
    this.counts = counts;
  }

  private void count(Happening what) {
    counts.accept(what, 1);
  }

  @Override
  public void onStarted(TraceEvent.Started event) {
    role = Role.FOLLOWER;
    lastIndex = event.last().index();
    configurations.clear();
    configurations.putAll(event.configurations());
  }

  @Override
  public void onRoleChanged(TraceEvent.RoleChanged event) {
    if (role == Role.LEADER) {
      count(Happening.LEADER_RESIGNED);
    }
    role = event.role();
    switch (role) {
      case PRE_CANDIDATE -> count(Happening.PRE_VOTE);
      case CANDIDATE -> count(Happening.CAMPAIGN);
      case LEADER -> group.elected(id);
      case FOLLOWER -> {
        // Counted where it has led before.
      }
    }
  }

  @Override
  public void onVoted(TraceEvent.Voted event) {}

  @Override
  public void onAppended(TraceEvent.Appended event) {
    lastIndex = event.entries().lastIndex();
  }

  @Override
  public void onConfigurationAppended(TraceEvent.ConfigurationAppended event) {
    lastIndex = event.entry().index();
    if (role == Role.LEADER && !configurations.isEmpty()) {
      changed(configurations.lastEntry().getValue(), event.configuration());
    }
    configurations.put(lastIndex, event.configuration());
  }

  private void changed(Configuration before, Configuration next) {
    if (next.isJoint()) {
      count(Happening.CONFIGURATION_JOINT);
    } else {
      count(before.isJoint() ? Happening.CONFIGURATION_JOINT_LEFT : Happening.CONFIGURATION_SIMPLE);
    }
    counts.accept(
        Happening.MEMBER_REMOVED,
        next.removals().size() - (long) before.removals().size());
    for (Member member : next.members()) {
      Member earlier = before.member(member.replica());
      if (earlier == null && member.role() == MemberRole.LEARNER) {
        count(Happening.LEARNER_ADDED);
      } else if (earlier != null && earlier.role() != member.role()) {
        changed(earlier.role(), member.role());
      }
    }
  }

  private void changed(MemberRole before, MemberRole next) {
    if (before == MemberRole.LEARNER && next == MemberRole.VOTER) {
      count(Happening.LEARNER_PROMOTED);
    } else if (before == MemberRole.VOTER && next == MemberRole.LEARNER) {
      count(Happening.VOTER_DEMOTED);
    }
  }

  @Override
  public void onTruncated(TraceEvent.Truncated event) {
    count(Happening.TRUNCATION);
    counts.accept(Happening.ENTRY_TRUNCATED, lastIndex - event.fromIndex() + 1);
    lastIndex = event.fromIndex() - 1;
    var gone = configurations.tailMap(event.fromIndex(), true);
    counts.accept(Happening.CONFIGURATION_TRUNCATED, gone.size());
    gone.clear();
  }

  @Override
  public void onCompacted(TraceEvent.Compacted event) {
    count(Happening.COMPACTION);
  }

  @Override
  public void onInstalled(TraceEvent.Installed event) {
    count(Happening.SNAPSHOT_INSTALLED);
    lastIndex = event.base().index();
    configurations.clear();
    configurations.put(event.configurationIndex(), event.configuration());
  }

  @Override
  public void onRefilled(TraceEvent.Refilled event) {
    count(Happening.ENTRY_REFILLED);
    if (event.configuration() != null) {
      configurations.put(event.entry().index(), event.configuration());
    }
  }

  @Override
  public void onWritten(TraceEvent.Written event) {}

  @Override
  public void onCommitted(TraceEvent.Committed event) {
    if (role == Role.LEADER) {
      group.committed(event.index());
    }
  }

  @Override
  public void onConfigurationApplied(TraceEvent.ConfigurationApplied event) {}

  @Override
  public void onSent(TraceEvent.Sent event) {}

  @Override
  public void onReceived(TraceEvent.Received event) {}

  @Override
  public void onReadBegun(TraceEvent.ReadBegun event) {}

  @Override
  public void onReadEnded(TraceEvent.ReadEnded event) {
    count(event.index() < 0 ? Happening.READ_REFUSED : Happening.READ_SERVED);
  }

  @Override
  public void onLeaseRead(TraceEvent.LeaseRead event) {
    count(Happening.READ_LEASE);
  }

  @Override
  public void onTransferBegun(TraceEvent.TransferBegun event) {
    count(Happening.TRANSFER_BEGUN);
  }

  @Override
  public void onTransferGivenUp(TraceEvent.TransferGivenUp event) {
    count(Happening.TRANSFER_GIVEN_UP);
  }

  @Override
  public void onTransferEnded(TraceEvent.TransferEnded event) {
    switch (event.end()) {
      case TRANSFERRED -> count(Happening.TRANSFER_DONE);
      case REFUSED -> count(Happening.TRANSFER_REFUSED);
      case ABORTED -> count(Happening.TRANSFER_ABORTED);
      case TIMED_OUT -> count(Happening.TRANSFER_TIMED_OUT);
      case DONE, LOST -> {
        // No transfer ends like this, which is for the checks to find.
      }
    }
  }

  @Override
  public void onChangeEnded(TraceEvent.ChangeEnded event) {
    switch (event.end()) {
      case DONE -> count(Happening.CHANGE_DONE);
      case REFUSED -> count(Happening.CHANGE_REFUSED);
      case ABORTED -> count(Happening.CHANGE_ABORTED);
      case LOST -> count(Happening.CHANGE_LOST);
      case TRANSFERRED, TIMED_OUT -> {
        // No change ends like this, which is for the checks to find.
      }
    }
  }
}
