package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedOutcomes.Kind;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
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

  /** Outcomes share a message up to this size; one that is larger has a message of its own. */
  private static final long MAX_SHARED_BYTES = 1L << 20;

  /** What a message with one outcome takes besides its result, at the most. */
  private static final long BESIDE_THE_RESULT_BYTES = 1024;

  private final ReplicaId self;
  private final long termAtStart;
  private final long maxPendingBytes;
  private final int maxCommandBytes;
  private final long maxResultBytes;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final BiConsumer<ReplicaId, ForwardedOutcomes> send;

  private long watermarkTerm;
  private final Map<Long, Long> watermarks = new LinkedHashMap<>();

  /** Outcomes that wait for the end of the batch in which they became known; filled on apply threads. */
  private final ConcurrentLinkedQueue<Finished> finished = new ConcurrentLinkedQueue<>();

  ForwardingIntake(
      ReplicaId self,
      long termAtStart,
      long maxPendingBytes,
      int maxCommandBytes,
      long maxMessageBytes,
      BiConsumer<ReplicaId, ForwardedOutcomes> send) {
    this.self = self;
    this.termAtStart = termAtStart;
    this.maxPendingBytes = maxPendingBytes;
    this.maxCommandBytes = maxCommandBytes;
    this.maxResultBytes = Math.max(0, maxMessageBytes - BESIDE_THE_RESULT_BYTES);
    this.send = send;
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
    long before = pendingBytes.get();
    if (before > 0 && before + bytes > maxPendingBytes) {
      refuse(message, Kind.OVERLOADED, before + " bytes of forwarded proposals wait already");
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

  /** Bytes of proposals that were taken and have not ended. */
  long pendingBytes() {
    return pendingBytes.get();
  }

  private void refuse(ForwardedProposals message, Kind kind, String reason) {
    long retryAfterMillis =
        kind == Kind.OVERLOADED ? OverloadedException.RETRY_AFTER.toMillis() : 0;
    List<ForwardedOutcomes.Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < message.commands().size(); i++) {
      outcomes.add(new ForwardedOutcomes.Outcome(
          message.firstSequence() + i, kind, utf8(reason), retryAfterMillis));
    }
    answer(message, outcomes);
  }

  private void answer(ForwardedProposals message, List<ForwardedOutcomes.Outcome> outcomes) {
    send.accept(
        message.from(), new ForwardedOutcomes(self, message.from(), message.origin(), outcomes));
  }

  /** Sends what has become known since the last time: few messages for each origin, of bounded size. */
  void flush() {
    if (finished.isEmpty()) {
      return;
    }
    Map<Origin, List<ForwardedOutcomes.Outcome>> outcomes = new LinkedHashMap<>();
    for (Finished next = finished.poll(); next != null; next = finished.poll()) {
      outcomes.computeIfAbsent(next.origin, origin -> new ArrayList<>()).add(next.outcome);
    }
    outcomes.forEach(this::sendInParts);
  }

  private void sendInParts(Origin origin, List<ForwardedOutcomes.Outcome> outcomes) {
    int start = 0;
    long bytes = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      long more = outcomes.get(i).bytes().length;
      if (i > start && bytes + more > MAX_SHARED_BYTES) {
        send(origin, outcomes.subList(start, i));
        start = i;
        bytes = 0;
      }
      bytes += more;
    }
    send(origin, outcomes.subList(start, outcomes.size()));
  }

  private void send(Origin origin, List<ForwardedOutcomes.Outcome> outcomes) {
    send.accept(
        origin.replica, new ForwardedOutcomes(self, origin.replica, origin.number, outcomes));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A follower's process. */
  private record Origin(ReplicaId replica, long number) {}

  private record Finished(Origin origin, ForwardedOutcomes.Outcome outcome) {}

  private final class Forwarded extends Proposal {
    private final Origin origin;
    private final long sequence;

    Forwarded(EntryType type, SealedCommand command, ReplicaId from, long origin, long sequence) {
      super(type, command.command(), command.crc32c());
      this.origin = new Origin(from, origin);
      this.sequence = sequence;
    }

    private void finish(Kind kind, byte[] bytes) {
      finish(new ForwardedOutcomes.Outcome(sequence, kind, bytes));
    }

    private void finish(ForwardedOutcomes.Outcome outcome) {
      pendingBytes.addAndGet(-bytesOf(command));
      finished.add(new Finished(origin, outcome));
    }

    @Override
    void applied(byte[] result) {
      if (result.length > maxResultBytes) {
        // The transport would drop it, and who waits for it would never know why.
        finish(
            Kind.ANSWER_TOO_LARGE,
            utf8("its result of " + result.length
                + " bytes doesn't fit into a message to the member that forwarded it, which takes "
                + maxResultBytes));
        return;
      }
      finish(Kind.APPLIED, result);
    }

    @Override
    void rejected(CommandRejectedException rejection) {
      finish(Kind.REJECTED, utf8(rejection.reason()));
    }

    @Override
    void notAppended(NotAppendedException reason) {
      byte[] detail = utf8(String.valueOf(reason.getMessage()));
      if (reason instanceof OverloadedException overloaded) {
        long retryAfterMillis = overloaded.retryAfter().toMillis();
        finish(new ForwardedOutcomes.Outcome(sequence, Kind.OVERLOADED, detail, retryAfterMillis));
      } else {
        finish(Kind.NOT_LEADER, detail);
      }
    }

    @Override
    void unknown(String reason) {
      finish(Kind.UNKNOWN, utf8(reason));
    }
  }
}
