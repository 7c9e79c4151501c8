package io.github.balsaraft.node;

import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says in the log when a leader begins to hand its office over, to whom and why, and how that ends: as long as it tries it
 * refuses writes, for up to an election timeout. Used by the mailbox's thread only.
 */
final class TransferLog {

  /** Why somebody asks for one. */
  enum Cause {
    OPERATOR("asked for by an operator"),
    STOPS("because this member stops");

    private final String words;

    Cause(String words) {
      this.words = words;
    }
  }

  private final ReplicaId self;
  private final RateLimitedLog log;
  private final LongSupplier nowNanos;

  /** To whom it was being handed over at the last look; null if it wasn't. */
  private @Nullable ReplicaId target;

  /** Why the one was asked for that is seen next; null if nobody has asked. */
  private @Nullable Cause askedFor;

  /** What was said last of an attempt of a member that stops: it tries again and again. */
  private String saidOfStop = "";

  TransferLog(ReplicaId self, RateLimitedLog log, LongSupplier nowNanos) {
    this.self = self;
    this.log = log;
    this.nowNanos = nowNanos;
  }

  /** A request is about to be handed to the core. */
  void asked(Cause cause) {
    askedFor = cause;
  }

  /**
   * Looks whether one has begun or is over. Asked after each batch, and after each request that may begin one.
   *
   * @param leads whether this member leads
   * @param now to whom it hands its office over; null if it doesn't
   * @param leader who leads; null if nobody is known to
   */
  void observe(
      boolean leads,
      @Nullable ReplicaId now,
      @Nullable ReplicaId leader,
      Configuration configuration) {
    if (Objects.equals(now, target)) {
      return;
    }
    if (target != null && leads) {
      say("leadership is not handed over any more to " + nameOf(target, configuration)
          + ", this member leads on");
    } else if (target != null) {
      say("leadership was being handed over to " + nameOf(target, configuration) + ", "
          + (target.equals(leader) ? "which leads now" : "this member's office is over"));
    }
    if (now != null) {
      say("hands leadership over to " + nameOf(now, configuration) + ", " + why(configuration)
          + "; nothing is proposed meanwhile");
    }
    target = now;
    askedFor = null;
  }

  /** A request has ended. */
  void ended(Ready.TransferOutcome outcome, Cause cause, Configuration configuration) {
    askedFor = null;
    ReplicaId wanted = outcome.target();
    String line =
        "hand leadership over" + (wanted == null ? "" : " to " + nameOf(wanted, configuration))
            + ", " + cause.words + ": "
            + outcome.end().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + (outcome.reason().isEmpty() ? "" : ": " + outcome.reason());
    if (cause == Cause.STOPS) {
      if (line.equals(saidOfStop)) {
        return;
      }
      saidOfStop = line;
    }
    say(line);
  }

  private String why(Configuration configuration) {
    Cause cause = askedFor;
    if (cause != null) {
      return cause.words;
    }
    Member member = configuration.member(self);
    if (member == null || !member.isVoter()) {
      return "because this member is no longer a voter";
    }
    return member.priority() == 0
        ? "because this member has priority 0"
        : "because its own disk keeps others waiting";
  }

  private static String nameOf(ReplicaId replica, Configuration configuration) {
    return configuration.hostOf(replica).map(HostId::name).orElse(replica.toString());
  }

  private void say(String line) {
    log.info(nowNanos.getAsLong(), Subject.TRANSFER, line);
  }
}
