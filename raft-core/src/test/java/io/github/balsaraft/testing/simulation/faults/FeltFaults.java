package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.Mishap.ADDITION_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.APPLY_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.BACKGROUND_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.CHANGE_CALLED_OFF;
import static io.github.balsaraft.testing.simulation.world.Mishap.DAMAGE_FOUND;
import static io.github.balsaraft.testing.simulation.world.Mishap.DEMOTION_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.DISK_FULL;
import static io.github.balsaraft.testing.simulation.world.Mishap.FETCH_INTERRUPTED;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_DAMAGE_READ;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_SYNC_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_WRITE_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.HANDOVER_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.HARD_STATE_DAMAGE_FOUND;
import static io.github.balsaraft.testing.simulation.world.Mishap.LEADER_ASKED_EARLY;
import static io.github.balsaraft.testing.simulation.world.Mishap.LEASE_RULES_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.MAILBOX_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_CUT;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_DETOURED;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_LOST;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_REPEATED;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.PREVIEW_COMPARED;
import static io.github.balsaraft.testing.simulation.world.Mishap.PROCESS_PAUSED;
import static io.github.balsaraft.testing.simulation.world.Mishap.PROMOTION_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.REMOVAL_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.REPLACEMENT_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.SNAPSHOT_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.STATE_DAMAGE_READ;
import static io.github.balsaraft.testing.simulation.world.Mishap.STATE_SYNC_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.STATE_WRITE_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.SYNC_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.UPDATE_DONE;
import static io.github.balsaraft.testing.simulation.world.Mishap.VOTER_RESTARTED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_STALLED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_TORN;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which faults were felt: they have led to something by which they can be told from nothing. A write that was to fail and that nobody
 * made, or a link that was cut between hosts that had nothing to say to each other, has tested nothing.
 */
final class FeltFaults {

  private static final long FOR_EVER = Long.MAX_VALUE;

  private final VirtualTime time;
  private final Map<FaultKind, Integer> felt = new EnumMap<>(FaultKind.class);

  /** In the order in which they began. */
  private final List<Unfelt> unfelt = new ArrayList<>();

  FeltFaults(VirtualTime time) {
    this.time = time;
  }

  /**
   * One that has begun, and was not felt yet.
   *
   * @param signs what it is known by
   * @param inside whom it concerns; of a message one of both hosts is meant, the other one being outside. Empty if it concerns everybody
   */
  private record Unfelt(FaultKind kind, Set<Mishap> signs, List<HostId> inside, long untilNanos) {

    boolean isFeltBy(Mishap mishap, HostId host, @Nullable HostId other) {
      if (!signs.contains(mishap)) {
        return false;
      }
      if (kind == FaultKind.ONE_WAY_CUT) {
        return inside.equals(List.of(host, Objects.requireNonNull(other)));
      }
      boolean isOtherInside = other != null && inside.contains(other);
      return inside.isEmpty() || inside.contains(host) != isOtherInside;
    }
  }

  /** How many of each kind were felt. */
  Map<FaultKind, Integer> counts() {
    return felt;
  }

  /**
   * A fault has begun.
   *
   * @param inside the hosts that it concerns, none for all; of one link the sender and the receiver
   */
  void begun(Fault fault, List<HostId> inside) {
    begun(fault, inside, fault.lastsNanos());
  }

  /** As above, of one that lasts longer or shorter than it says. */
  void begun(Fault fault, List<HostId> inside, long lastsNanos) {
    Set<Mishap> signs = signs(fault.kind());
    if (signs.isEmpty()) {
      isFelt(fault.kind());
    } else {
      long until = endsByItself(fault.kind()) ? time.nowNanos() + lastsNanos : FOR_EVER;
      unfelt.add(new Unfelt(fault.kind(), signs, inside, until));
    }
  }

  private void isFelt(FaultKind kind) {
    felt.merge(kind, 1, Integer::sum);
  }

  /** Something has gone wrong; that is a sign of one fault of each kind at most. */
  void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    if (unfelt.isEmpty()) {
      return;
    }
    Set<FaultKind> known = EnumSet.noneOf(FaultKind.class);
    for (Iterator<Unfelt> faults = unfelt.iterator(); faults.hasNext(); ) {
      Unfelt fault = faults.next();
      if (fault.untilNanos < time.nowNanos()) {
        faults.remove();
      } else if (fault.isFeltBy(mishap, host, other) && known.add(fault.kind)) {
        faults.remove();
        isFelt(fault.kind);
      }
    }
  }

  /** A process was killed: what was to fail in its files of snapshots and states will not any more. */
  void onProcessKilled(HostId host) {
    forget(host, EnumSet.of(FaultKind.FAILING_SNAPSHOT, FaultKind.FAILING_STATE));
  }

  /** A disk was replaced: with it all is gone that was wrong with it. */
  void onDiskWiped(HostId host) {
    forget(
        host,
        EnumSet.of(
            FaultKind.FAILING_SNAPSHOT,
            FaultKind.FAILING_STATE,
            FaultKind.FAILING_WRITE,
            FaultKind.BIT_FLIP,
            FaultKind.HARD_STATE_BIT_FLIP,
            FaultKind.SNAPSHOT_BIT_FLIP,
            FaultKind.STATE_BIT_FLIP));
  }

  private void forget(HostId host, Set<FaultKind> kinds) {
    unfelt.removeIf(fault -> kinds.contains(fault.kind) && fault.inside.contains(host));
  }

  /** What a fault is known by; nothing if to begin it is to feel it. */
  private static Set<Mishap> signs(FaultKind kind) {
    return switch (kind) {
      case BAD_WEATHER -> EnumSet.of(MESSAGE_LOST, MESSAGE_REPEATED, MESSAGE_SLOW);
      case ONE_WAY_CUT, ISOLATION, SPLIT, ABANDONED_LEADER, STRAY_CANDIDATE ->
        EnumSet.of(MESSAGE_CUT);
      case PAUSE -> EnumSet.of(PROCESS_PAUSED);
      case SLOW_DISK -> EnumSet.of(WRITE_SLOW);
      case STALLED_DISK -> EnumSet.of(WRITE_STALLED);
      case FAILING_WRITE -> EnumSet.of(WRITE_FAILED, WRITE_TORN, SYNC_FAILED, BACKGROUND_FAILED);
      case FULL_DISK -> EnumSet.of(DISK_FULL);
      case BIT_FLIP -> EnumSet.of(DAMAGE_FOUND);
      case HARD_STATE_BIT_FLIP -> EnumSet.of(HARD_STATE_DAMAGE_FOUND);
      case ADD_MEMBER -> EnumSet.of(ADDITION_DONE);
      case REMOVE_MEMBER -> EnumSet.of(REMOVAL_DONE);
      case REPLACE_MEMBER -> EnumSet.of(REPLACEMENT_DONE);
      case CHANGE_ROLE -> EnumSet.of(PROMOTION_DONE, DEMOTION_DONE);
      case UPDATE_MEMBER -> EnumSet.of(UPDATE_DONE);
      case CHANGE_LEASES -> EnumSet.of(LEASE_RULES_DONE);
      case PREVIEW_CHANGE -> EnumSet.of(PREVIEW_COMPARED);
      case TRANSFER -> EnumSet.of(HANDOVER_DONE);
      case CALL_OFF_CHANGE -> EnumSet.of(CHANGE_CALLED_OFF);
      case SLOW_APPLY, STALLED_GROUP -> EnumSet.of(APPLY_SLOW);
      case SLOW_HOST -> EnumSet.of(MAILBOX_SLOW);
      case EAGER_OPERATOR -> EnumSet.of(LEADER_ASKED_EARLY);
      case FAILING_SNAPSHOT -> EnumSet.of(FILE_WRITE_FAILED, FILE_SYNC_FAILED);
      case FAILING_STATE -> EnumSet.of(STATE_WRITE_FAILED, STATE_SYNC_FAILED);
      case SNAPSHOT_BIT_FLIP -> EnumSet.of(FILE_DAMAGE_READ);
      case STATE_BIT_FLIP -> EnumSet.of(STATE_DAMAGE_READ);
      case LATE_ANSWERS -> EnumSet.of(MESSAGE_DETOURED);
      case VOTERS_RESTARTED -> EnumSet.of(VOTER_RESTARTED);
      case INTERRUPTED_FETCH -> EnumSet.of(FETCH_INTERRUPTED);
      case SLOW_SNAPSHOTS -> EnumSet.of(SNAPSHOT_SLOW);
      case CRASH, POWER_CUT, STOP, WIPED_DISK, CLOCK_DRIFT, CLOCK_JUMP, STOPPED_GROUP ->
        EnumSet.noneOf(Mishap.class);
    };
  }

  /** Others wait for the one moment at which they are felt, or go on in steps that come later. */
  private static boolean endsByItself(FaultKind kind) {
    return switch (kind) {
      case BAD_WEATHER,
          ONE_WAY_CUT,
          ISOLATION,
          SPLIT,
          PAUSE,
          SLOW_DISK,
          FULL_DISK,
          SLOW_APPLY,
          STALLED_GROUP,
          SLOW_HOST,
          EAGER_OPERATOR,
          SLOW_SNAPSHOTS -> true;
      default -> kind.isAmbush();
    };
  }
}
