package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.command.Planned;
import io.github.balsaraft.examples.kv.resp.ReplyWriter;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring commands of one connection that are answered together: by one proposal if there is a write among them, else
 * by one read. Lives on the connection's event loop.
 *
 * <p>A proposal takes reads along only up to its last write: between two writes their place matters, behind them a read of
 * its own is cheaper, since it need not be stored.
 */
final class Run {

  /** Bounds the time that one run keeps the thread that applies. */
  static final int MAX_OPERATIONS = 1024;

  /** Bounds the size of one entry, unless a single command is larger. */
  static final int MAX_BYTES = 1 << 20;

  private final List<QueuedCommand> commands;
  private final List<Operation> operations = new ArrayList<>();
  private final boolean proposed;
  private final int bytes;

  private @Nullable List<Answer> answers;
  private Failures.@Nullable FailedRun failure;

  /** The next command to reply to. */
  private int nextCommand;

  /** The next answer to use. */
  private int nextAnswer;

  /** The next value of the array that is being written, or -1. */
  private int nextValue = -1;

  private Run(List<QueuedCommand> commands, boolean proposed) {
    this.commands = commands;
    this.proposed = proposed;
    int sum = 0;
    for (QueuedCommand command : commands) {
      sum += command.bytes();
      if (command.planned() instanceof Planned.Stateful stateful) {
        operations.add(stateful.operation());
      }
    }
    this.bytes = sum;
  }

  /**
   * Takes a run from the front of a queue that begins with a stateful command.
   *
   * @param localReads whether reads are answered from the local copy, with or without a quorum, and so must not depend on
   *     a proposal
   */
  static Run takeFrom(Deque<QueuedCommand> queue, boolean localReads) {
    boolean write = isWrite(queue.getFirst());
    List<QueuedCommand> commands = new ArrayList<>();
    long bytes = 0;
    int upToLastWrite = 0;
    for (QueuedCommand command : queue) {
      boolean fits = commands.isEmpty() || bytes + command.bytes() <= MAX_BYTES;
      if (!fits || commands.size() == MAX_OPERATIONS || !belongs(command, write, localReads)) {
        break;
      }
      commands.add(command);
      bytes += command.bytes();
      if (isWrite(command)) {
        upToLastWrite = commands.size();
      }
    }
    int length = write ? upToLastWrite : commands.size();
    for (int i = 0; i < length; i++) {
      queue.removeFirst();
    }
    return new Run(List.copyOf(commands.subList(0, length)), write);
  }

  private static boolean belongs(QueuedCommand command, boolean write, boolean localReads) {
    if (!(command.planned() instanceof Planned.Stateful stateful)) {
      return command.planned() instanceof Planned.Fixed;
    }
    Operation operation = stateful.operation();
    if (operation.isWrite()) {
      return write;
    }
    // MGET doesn't ride along: its values would all be copied into the result of the entry.
    return !write || (!localReads && !(operation instanceof Operation.MultiGet));
  }

  private static boolean isWrite(QueuedCommand command) {
    return command.planned() instanceof Planned.Stateful stateful
        && stateful.operation().isWrite();
  }

  /** Whether it goes through the log. */
  boolean isProposed() {
    return proposed;
  }

  /** What to do, in order. */
  List<Operation> operations() {
    return Collections.unmodifiableList(operations);
  }

  /** What its commands have taken from the memory budget. */
  int bytes() {
    return bytes;
  }

  /** How many commands it has. */
  int size() {
    return commands.size();
  }

  boolean isDone() {
    return answers != null || failure != null;
  }

  void answer(List<Answer> newAnswers) {
    answers = newAnswers;
  }

  void fail(Failures.FailedRun newFailure) {
    failure = newFailure;
  }

  /**
   * Writes replies for as long as the channel takes them.
   *
   * @return whether all that can be replied has been; then {@link #takeUndone} says what is left to do
   */
  boolean writeReplies(ReplyWriter out, BooleanSupplier writable) {
    while (nextCommand < commands.size()) {
      if (!writable.getAsBoolean()) {
        return false;
      }
      Planned planned = commands.get(nextCommand).planned();
      if (planned instanceof Planned.Fixed fixed) {
        out.write(fixed.reply());
        nextCommand++;
      } else if (planned instanceof Planned.Stateful stateful) {
        if (!writeAnswer(stateful.operation(), out)) {
          return true;
        }
      } else {
        throw new AssertionError("not part of a run: " + planned);
      }
    }
    return true;
  }

  /** Writes the next answer, or the next piece of it; false if the operation was left out. */
  private boolean writeAnswer(Operation operation, ReplyWriter out) {
    if (failure != null) {
      out.write(failure.replyTo(operation));
      nextCommand++;
      return true;
    }
    List<Answer> known = answers == null ? List.of() : answers;
    if (nextAnswer == known.size()) {
      return false;
    }
    Answer answer = known.get(nextAnswer);
    if (answer instanceof Answer.Values values) {
      writeNextValue(values.values(), out);
    } else {
      out.write(Replies.of(answer));
    }
    if (nextValue < 0) {
      nextAnswer++;
      nextCommand++;
    }
    return true;
  }

  /** One value at a time, so that a slow reader of many large values stops us in time. */
  private void writeNextValue(List<Optional<Bytes>> values, ReplyWriter out) {
    if (nextValue < 0) {
      out.writeArrayHeader(values.size());
      nextValue = 0;
    }
    if (nextValue < values.size()) {
      out.writeBulk(values.get(nextValue).orElse(null));
      nextValue++;
    }
    if (nextValue == values.size()) {
      nextValue = -1;
    }
  }

  /** Commands that were certainly not executed because the answers became too many; in order. */
  Deque<QueuedCommand> takeUndone() {
    return new ArrayDeque<>(commands.subList(nextCommand, commands.size()));
  }

  /** What is waiting or answered on a connection. */
  record QueuedCommand(Planned planned, int bytes) {}
}
