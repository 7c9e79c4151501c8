package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operator was told of its changes, held against the configurations that were committed: what was called done is in the one that
 * the answer names, and what was called refused, or aborted, is not made afterwards.
 */
public final class AnsweredChanges {

  /** Those that may have been made, whatever became of them. */
  private final List<Possible> possible = new ArrayList<>();

  /** Those that have not been answered. */
  private final List<Open> open = new ArrayList<>();

  private final List<Done> done = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();

  /** No answers yet. */
  public AnsweredChanges() {}

  /**
   * One that was called done.
   *
   * @param meanwhile what others wanted at the same time
   */
  private record Done(
      ConfigurationChange change, ChangeResult result, List<ConfigurationChange> meanwhile) {}

  /** One that has not been answered, and what others have been answered since it was asked for. */
  private record Open(ConfigurationChange change, List<ConfigurationChange> answered) {}

  private record Refused(ConfigurationChange change, long committedIndex) {}

  /** One that was not refused: it may be made by what is committed after it was asked for, and until it is known to be done. */
  private static final class Possible {
    private final ConfigurationChange change;
    private final long askedIndex;
    private long doneIndex = Long.MAX_VALUE;

    Possible(ConfigurationChange change, long askedIndex) {
      this.change = change;
      this.askedIndex = askedIndex;
    }

    boolean isOpen(ConfigurationChange of) {
      return doneIndex == Long.MAX_VALUE && change.equals(of);
    }

    /** Whether it may have done at an index what another, refused when so much was committed, has not. */
    boolean mayHaveMade(long index, Refused other) {
      return askedIndex < index
          && doneIndex > other.committedIndex
          && concernSame(change, other.change);
    }
  }

  /** A change was asked for when so much was committed. */
  public void asked(ConfigurationChange change, long committedIndex) {
    possible.add(new Possible(change, committedIndex));
    open.add(new Open(change, new ArrayList<>()));
  }

  /** It was called done. */
  public void done(ConfigurationChange change, ChangeResult result) {
    done.add(new Done(change, result, answered(change)));
    Possible one = lastOpen(change);
    if (one != null) {
      one.doneIndex = result.index();
    }
  }

  /** It has failed when so much was committed. */
  void failed(ConfigurationChange change, Throwable failure, long committedIndex) {
    ChangeFailedException.End end =
        failure instanceof ChangeFailedException failed ? failed.end() : null;
    if (failure instanceof NotAppendedException || end == ChangeFailedException.End.REFUSED) {
      refused(change, committedIndex);
    } else if (end == ChangeFailedException.End.ABORTED) {
      aborted(change, committedIndex);
    }
  }

  /** It was called aborted when so much was committed: up to then it may have made its host a member, which it is no more. */
  void aborted(ConfigurationChange change, long committedIndex) {
    Possible one = lastOpen(change);
    if (one != null) {
      one.doneIndex = committedIndex;
    }
    List<ConfigurationChange> unused = answered(change);
    refused.add(new Refused(change, committedIndex));
  }

  /** It was called refused when so much was committed. */
  public void refused(ConfigurationChange change, long committedIndex) {
    Possible one = lastOpen(change);
    if (one != null) {
      possible.remove(one);
    }
    List<ConfigurationChange> unused = answered(change);
    refused.add(new Refused(change, committedIndex));
  }

  /** Of several that want the same the last to be asked for: those before it may have made what comes later. */
  private @Nullable Possible lastOpen(ConfigurationChange change) {
    Possible last = null;
    for (Possible one : possible) {
      last = one.isOpen(change) ? one : last;
    }
    return last;
  }

  /** Returns what others wanted while it was under way. */
  private List<ConfigurationChange> answered(ConfigurationChange change) {
    List<ConfigurationChange> meanwhile = new ArrayList<>();
    for (Open one : List.copyOf(open)) {
      if (one.change.equals(change) && open.remove(one)) {
        meanwhile.addAll(one.answered);
        break;
      }
    }
    for (Open other : open) {
      other.answered.add(change);
      meanwhile.add(other.change);
    }
    return meanwhile;
  }

  /**
   * The first answer that was not true; null if all were.
   *
   * @param committed all configurations that were committed, by their index
   */
  public @Nullable String findUntrue(NavigableMap<Long, Configuration> committed) {
    for (Done one : done) {
      Configuration there = committed.get(one.result.index());
      if (!one.result.configuration().equals(there)) {
        return one.change + " was called done with " + one.result + ", and committed there is "
            + there;
      }
      if (!isMade(one.change, there)
          && one.meanwhile.stream().noneMatch(other -> concernSame(one.change, other))) {
        return one.change + " was called done, and isn't, in " + there;
      }
    }
    for (Refused one : refused) {
      Map.Entry<Long, Configuration> made = madeAfter(one, committed);
      if (made != null
          && possible.stream().noneMatch(other -> other.mayHaveMade(made.getKey(), one))) {
        return one.change + " was called refused, and made at index " + made.getKey() + ": "
            + made.getValue();
      }
    }
    return null;
  }

  private static Map.@Nullable Entry<Long, Configuration> madeAfter(
      Refused one, NavigableMap<Long, Configuration> committed) {
    Map.Entry<Long, Configuration> before = committed.floorEntry(one.committedIndex);
    Member meant = before == null ? null : whoseStanding(one.change, before.getValue());
    boolean wasMade = before == null || isMade(one.change, before.getValue());
    for (Map.Entry<Long, Configuration> next :
        committed.tailMap(one.committedIndex, false).entrySet()) {
      Member present = whoseStanding(one.change, next.getValue());
      if (!Objects.equals(replica(meant), replica(present))) {
        // Role and options of a member that comes back with an empty disk are the group's doing.
        return null;
      }
      boolean isMade = isMade(one.change, next.getValue());
      if (isMade && !wasMade) {
        return next;
      }
      wasMade = isMade;
    }
    return null;
  }

  /** The member whose role or options a change is about; null if it is about who belongs to the group, or about leases. */
  private static @Nullable Member whoseStanding(
      ConfigurationChange change, Configuration configuration) {
    boolean isOfAMember = change instanceof ConfigurationChange.Promote
        || change instanceof ConfigurationChange.Demote
        || change instanceof ConfigurationChange.Update;
    return isOfAMember ? configuration.principalOn(hosts(change).get(0)) : null;
  }

  private static @Nullable ReplicaId replica(@Nullable Member member) {
    return member == null ? null : member.replica();
  }

  /** Whether a configuration is as a change has asked for. */
  static boolean isMade(ConfigurationChange change, Configuration configuration) {
    if (change instanceof ConfigurationChange.Add add) {
      return isMember(add.host(), configuration);
    } else if (change instanceof ConfigurationChange.Remove remove) {
      return !isMember(remove.host(), configuration);
    } else if (change instanceof ConfigurationChange.Replace replace) {
      return !isMember(replace.old(), configuration)
          && isMember(replace.replacement(), configuration);
    } else if (change instanceof ConfigurationChange.Promote promote) {
      Member member = configuration.principalOn(promote.host());
      return member != null && member.isVoter();
    } else if (change instanceof ConfigurationChange.Demote demote) {
      Member member = configuration.principalOn(demote.host());
      return member != null && !member.isVoter();
    } else if (change instanceof ConfigurationChange.Update update) {
      Member member = configuration.principalOn(update.host());
      return member != null && hasOptions(member, update.options());
    } else if (change instanceof ConfigurationChange.SetLeases leases) {
      return configuration.leaseRules().equals(leases.rules());
    }
    throw new IllegalArgumentException("not known here: " + change);
  }

  private static boolean hasOptions(Member member, MemberOptions wanted) {
    return wanted.priority().map(priority -> priority == member.priority()).orElse(true)
        && wanted
            .campaignDelay()
            .map(delay -> delay.toMillis() == member.campaignDelayMillis())
            .orElse(true);
  }

  private static boolean isMember(HostId host, Configuration configuration) {
    return !configuration.membersOn(host).isEmpty();
  }

  private static boolean concernSame(ConfigurationChange one, ConfigurationChange other) {
    List<HostId> hosts = hosts(one);
    return hosts.isEmpty()
        ? hosts(other).isEmpty()
        : hosts(other).stream().anyMatch(hosts::contains);
  }

  /** The hosts that a change names; none if it is one of leases. */
  static List<HostId> hosts(ConfigurationChange change) {
    if (change instanceof ConfigurationChange.Add add) {
      return List.of(add.host());
    } else if (change instanceof ConfigurationChange.Remove remove) {
      return List.of(remove.host());
    } else if (change instanceof ConfigurationChange.Replace replace) {
      return List.of(replace.old(), replace.replacement());
    } else if (change instanceof ConfigurationChange.Promote promote) {
      return List.of(promote.host());
    } else if (change instanceof ConfigurationChange.Demote demote) {
      return List.of(demote.host());
    } else if (change instanceof ConfigurationChange.Update update) {
      return List.of(update.host());
    }
    return List.of();
  }
}
