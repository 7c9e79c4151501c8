package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedOutcomes.Kind;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.node.OutcomeQueue.Origin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of forwarding: takes each forwarded proposal at most once, although a transport may deliver a message
 * twice and late. It does so by a watermark per origin, kept for the current term; a message of another term is never
 * appended.
 *
 * <p>What was taken and has not ended is bounded in bytes: those who forwarded it may have given up on it long ago, and
 * forward more.
 *
 * <p>What is larger than this leader's own limit is refused, whatever limit the sender has: it might fit into no message
 * and no follower, and hold up everything behind it for ever.
 *
 * <p>"Not appended" is answered only when no copy of the message can have been appended or ever will be: its term is the
 * current one and began after this process did, and its numbers are new.
 */
final class ForwardingIntake {

  static final int MAX_ORIGINS = 1024;

  private final long termAtStart;
  private final long maxPendingBytes;
  private final int maxCommandBytes;
  private final long maxResultBytes;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final OutcomeQueue outcomes;
  private final NodeMetrics metrics;

  private long watermarkTerm;
  private final Map<Long, Long> watermarks = new LinkedHashMap<>();

  /**
   * Has taken none so far.
   *
   * @param outcomes takes what is to be told, on any thread
   * @param metrics counts what is refused here; what was accepted and is refused later is for others to count
   */
  ForwardingIntake(
      long termAtStart,
      long maxPendingBytes,
      int maxCommandBytes,
      long maxMessageBytes,
      OutcomeQueue outcomes,
      NodeMetrics metrics) {
    this.termAtStart = termAtStart;
    this.maxPendingBytes = maxPendingBytes;
    this.maxCommandBytes = maxCommandBytes;
    this.maxResultBytes = Math.max(0, maxMessageBytes - OutcomeQueue.BESIDE_THE_OUTCOMES_BYTES);
    this.outcomes = outcomes;
    this.metrics = metrics;
  }

  /**
   * Takes in a message.
   *
   * @param leads whether this replica leads the current term
   * @param accept gets each proposal that is to be appended
   */
  void onProposals(
      ForwardedProposals message, long currentTerm, boolean leads, Consumer<Proposal> accept) {
    if (message.term() < currentTerm) {
      return;
    }
    if (watermarkTerm != currentTerm) {
      watermarkTerm = currentTerm;
      watermarks.clear();
    }
    List<SealedCommand> commands = open(message);
    if (commands == null) {
      // Damaged on the way, or of a newer version: as good as lost.
      return;
    }
    long seen = watermarks.getOrDefault(message.origin(), 0L);
    if (message.firstSequence() <= seen) {
      return;
    }
    if (message.term() > currentTerm) {
      // Nobody can know that this replica leads a term
      // before it does: nonsense, to be left unanswered.
      return;
    }
    if (seen == 0 && watermarks.size() >= MAX_ORIGINS) {
      refuse(message, Kind.OVERLOADED, "too many processes have forwarded proposals in this term");
      return;
    }
    // Also before a refusal: a second copy must not be appended after the first was said not to be.
    watermarks.put(
        message.origin(), message.firstSequence() + message.commands().size() - 1);
    if (!leads) {
      if (message.term() > termAtStart) {
        refuse(message, Kind.NOT_LEADER, "the member that was thought to lead does not");
      }
      return;
    }
    long bytes = 0;
    for (SealedCommand command : commands) {
      bytes += fits(message.type(), command) ? bytesOf(command.command()) : 0;
    }
    // What waits for others, who may be gone, is not held against this one.
    long before = pendingBytes.get() + outcomes.bytesFor(message.from());
    if (before > 0 && before + bytes > maxPendingBytes) {
      refuse(
          message,
          Kind.OVERLOADED,
          before + " bytes of forwarded proposals and of their results wait already");
      return;
    }
    pendingBytes.addAndGet(bytes);
    long sequence = message.firstSequence();
    List<ForwardedOutcomes.Outcome> tooLarge = new ArrayList<>();
    for (SealedCommand command : commands) {
      if (fits(message.type(), command)) {
        accept.accept(
            new Forwarded(message.type(), command, message.from(), message.origin(), sequence));
      } else {
        tooLarge.add(new ForwardedOutcomes.Outcome(
            sequence, Kind.TOO_LARGE, utf8(String.valueOf(maxCommandBytes))));
      }
      sequence++;
    }
    if (!tooLarge.isEmpty()) {
      metrics.add(RaftMetric.PROPOSALS_REFUSED_TOO_LARGE, tooLarge.size());
      answer(message, tooLarge);
    }
  }

  private boolean fits(EntryType type, SealedCommand command) {
    int overhead = type == EntryType.SESSION ? SessionEntry.OVERHEAD_BYTES : 0;
    return command.command().length <= maxCommandBytes + overhead;
  }

  private static @Nullable List<SealedCommand> open(ForwardedProposals message) {
    List<SealedCommand> commands = new ArrayList<>(message.commands().size());
    for (byte[] sealed : message.commands()) {
      SealedCommand command = SealedCommand.open(sealed);
      if (command == null || !isReadable(message.type(), command)) {
        return null;
      }
      commands.add(command);
    }
    return commands;
  }

  /** What this version can't read may not get into the log: every replica of this version would halt there. */
  private static boolean isReadable(EntryType type, SealedCommand command) {
    if (type == EntryType.SESSION) {
      try {
        SessionEntry.decode(ByteBuffer.wrap(command.command()));
      } catch (CorruptDataException | UnknownFormatException e) {
        return false;
      }
    }
    return type.isProposed();
  }

  private static long bytesOf(byte[] command) {
    return (long) command.length + Payloads.ENTRY_OVERHEAD_BYTES;
  }

  /** Bytes of proposals that were taken and have not ended, and of outcomes that are not on their way yet. */
  long pendingBytes() {
    return pendingBytes.get() + outcomes.bytes();
  }

  private void refuse(ForwardedProposals message, Kind kind, String reason) {
    boolean isOverload = kind == Kind.OVERLOADED;
    metrics.add(
        isOverload
            ? RaftMetric.PROPOSALS_REFUSED_OVERLOADED
            : RaftMetric.PROPOSALS_REFUSED_NOT_LEADER,
        message.commands().size());
    long retryAfterMillis = isOverload ? OverloadedException.RETRY_AFTER.toMillis() : 0;
    List<ForwardedOutcomes.Outcome> refusals = new ArrayList<>();
    for (int i = 0; i < message.commands().size(); i++) {
      refusals.add(new ForwardedOutcomes.Outcome(
          message.firstSequence() + i, kind, utf8(reason), retryAfterMillis));
    }
    answer(message, refusals);
  }

  private void answer(ForwardedProposals message, List<ForwardedOutcomes.Outcome> answers) {
    Origin origin = new Origin(message.from(), message.origin());
    for (ForwardedOutcomes.Outcome answer : answers) {
      // Without room even for this it is as if the network had lost it.
      boolean unused = outcomes.add(origin, answer);
    }
    outcomes.flush();
  }

  /** As much of a text as fits into any message: what is longer would never be sent. */
  private byte[] fitting(String text) {
    byte[] all = utf8(text);
    return all.length <= maxResultBytes ? all : Arrays.copyOf(all, (int) maxResultBytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private final class Forwarded extends Proposal {
    private final Origin origin;
    private final long sequence;

    Forwarded(EntryType type, SealedCommand command, ReplicaId from, long origin, long sequence) {
      super(type, command.command(), command.crc32c());
      this.origin = new Origin(from, origin);
      this.sequence = sequence;
    }

    private void finish(Kind kind, String detail) {
      finish(new ForwardedOutcomes.Outcome(sequence, kind, fitting(detail)));
    }

    /** Returns false if too many outcomes wait already. */
    private boolean finish(ForwardedOutcomes.Outcome outcome) {
      pendingBytes.addAndGet(-bytesOf(command));
      return outcomes.add(origin, outcome);
    }

    @Override
    void applied(byte[] result) {
      if (result.length > maxResultBytes) {
        // The transport would drop it, and who waits for it would never know why.
        finish(
            Kind.ANSWER_TOO_LARGE,
            "its result of " + result.length
                + " bytes doesn't fit into a message to the member that forwarded it, which takes "
                + maxResultBytes);
      } else if (!finish(new ForwardedOutcomes.Outcome(sequence, Kind.APPLIED, result))) {
        withoutResult(result.length);
      }
    }

    /** A session asks again and gets what the group keeps of it. Of anything else the result is lost, and whoever waits is told so. */
    private void withoutResult(int resultBytes) {
      String detail = "its result of " + resultBytes + " bytes found no room beside "
          + outcomes.bytesFor(origin.replica())
          + " bytes of others, which wait for the way to the member that forwarded it";
      Kind kind = type == EntryType.SESSION ? Kind.UNKNOWN : Kind.ANSWER_TOO_LARGE;
      boolean unused =
          outcomes.add(origin, new ForwardedOutcomes.Outcome(sequence, kind, utf8(detail)));
    }

    @Override
    void rejected(CommandRejectedException rejection) {
      finish(Kind.REJECTED, rejection.reason());
    }

    @Override
    void notAppended(NotAppendedException reason) {
      String detail = String.valueOf(reason.getMessage());
      if (reason instanceof OverloadedException overloaded) {
        finish(new ForwardedOutcomes.Outcome(
            sequence, Kind.OVERLOADED, fitting(detail), overloaded.retryAfter().toMillis()));
      } else {
        finish(Kind.NOT_LEADER, detail);
      }
    }

    @Override
    void unknown(String reason) {
      finish(Kind.UNKNOWN, reason);
    }
  }
}
