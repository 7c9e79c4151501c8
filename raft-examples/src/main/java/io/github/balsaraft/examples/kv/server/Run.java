package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.command.Errors;
import io.github.balsaraft.examples.kv.command.Planned;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.resp.ReplyWriter;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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

  /** Of those commands that have one. */
  private final List<Operation> operations = new ArrayList<>();

  private final boolean proposed;
  private final int bytes;

  private @Nullable List<Answer> answers;
  private Failures.@Nullable FailedRun failure;

  /** The next command to reply to. */
  private int nextCommand;

  /** The next operation to reply to, and the next answer to use. */
  private int nextAnswer;

  /** The next value of the array that is being written, or -1. */
  private int nextValue = -1;

  private Run(List<QueuedCommand> commands, boolean proposed) {
    this.commands = commands;
    this.proposed = proposed;
    int sum = 0;
    for (QueuedCommand command : commands) {
      sum += command.bytes();
      Operation operation = operationOf(command.step());
      if (operation != null) {
        operations.add(operation);
      }
    }
    this.bytes = sum;
  }

  /**
   * What a command asks of the state now; null if it asks nothing of it. What a transaction that watches keys asks is known once
   * it is at the front of the queue.
   */
  static @Nullable Operation operationOf(Step step) {
    if (step instanceof Step.Do some) {
      return some.operation();
    } else if (step instanceof Step.Watch watch) {
      return new Transaction.Versions(watch.keys());
    } else if (step instanceof Step.Execute execute) {
      List<Operation> parts = new ArrayList<>();
      for (Step part : execute.parts()) {
        if (part instanceof Step.Do some) {
          parts.add(some.operation());
        }
      }
      return parts.isEmpty() && !execute.watches().isUsed()
          ? null
          : new Transaction(execute.watches().all(), parts, Batch.MOST_ANSWER_BYTES);
    }
    return null;
  }

  /**
   * Takes a run from the front of a queue that begins with a command that asks something of the state.
   *
   * @param localReads whether reads are answered from the local copy, with or without a quorum, and so must not depend on
   *     a proposal
   * @param valuesAnswered whether a proposal may have commands that answer values
   */
  static Run takeFrom(Deque<QueuedCommand> queue, boolean localReads, boolean valuesAnswered) {
    boolean write = isWrite(queue.getFirst());
    if (isAlone(queue.getFirst().step())) {
      Run run = new Run(List.of(queue.getFirst()), write);
      queue.removeFirst();
      return run;
    }
    List<QueuedCommand> commands = new ArrayList<>();
    long bytes = 0;
    int upToLastWrite = 0;
    for (QueuedCommand command : queue) {
      boolean fits = commands.isEmpty() || bytes + command.bytes() <= MAX_BYTES;
      if (!fits
          || commands.size() == MAX_OPERATIONS
          || !belongs(command, write, localReads, valuesAnswered)) {
        break;
      }
      commands.add(command);
      bytes += command.bytes();
      if (isWrite(command)) {
        upToLastWrite = commands.size();
      }
    }
    int length = write ? upToLastWrite : commands.size();
    Run run = new Run(List.copyOf(commands.subList(0, length)), write);
    for (int i = 0; i < length; i++) {
      queue.removeFirst();
    }
    return run;
  }

  /** A transaction that watches keys depends on the answers to commands before it. */
  private static boolean isAlone(Step step) {
    return step instanceof Step.Watch
        || (step instanceof Step.Execute execute && execute.watches().isUsed());
  }

  private static boolean belongs(
      QueuedCommand command, boolean write, boolean localReads, boolean valuesAnswered) {
    Step step = command.step();
    if (step instanceof Step.Answer) {
      return true;
    }
    Operation operation = isAlone(step) ? null : operationOf(step);
    if (operation == null) {
      return false;
    }
    if (write && operation.answersValues() && !valuesAnswered) {
      return false;
    }
    if (operation.isWrite()) {
      return write;
    }
    // What answers many values doesn't ride along: they
    // would all be copied into the result of the entry.
    boolean many = operation.answersValues() && !(operation instanceof Operation.Get);
    return !write || (!localReads && !many);
  }

  private static boolean isWrite(QueuedCommand command) {
    Operation operation = operationOf(command.step());
    return operation != null && operation.isWrite();
  }

  /** Whether it goes through the log. */
  boolean isProposed() {
    return proposed;
  }

  /** Whether it goes through the log and has values in its answers, which then are copies of its own. */
  boolean isProposedForValues() {
    return proposed && operations.stream().anyMatch(Operation::answersValues);
  }

  /**
   * Whether all of it is executed once the entry is applied that it is proposed as, whatever the answer. Of several operations one may be left out
   * with all behind it; what answers values is, if these are longer than expected; and a transaction if a key that it watches has changed.
   */
  boolean isExecutedOnceApplied() {
    Operation only = operations.size() == 1 ? operations.get(0) : null;
    return only != null && !only.answersValues() && !(only instanceof Transaction);
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
   * Writes replies for as long as the writer is ready for them.
   *
   * @param ask what to ask the connection or the server, within a transaction
   * @return whether all that can be replied has been; then {@link #takeUndone} says what is left to do
   */
  boolean writeReplies(ReplyWriter out, Function<Planned.LocalCommand, Reply> ask) {
    while (nextCommand < commands.size()) {
      if (!out.isReady()) {
        return false;
      }
      Step step = commands.get(nextCommand).step();
      if (step instanceof Step.Answer fixed) {
        out.write(fixed.reply());
        nextCommand++;
      } else if (failure != null) {
        writeFailure(failure, step, out);
      } else if (answers == null || nextAnswer == answers.size()) {
        return true;
      } else {
        writeAnswer(answers.get(nextAnswer), step, out, ask);
      }
    }
    return true;
  }

  private void writeFailure(Failures.FailedRun failed, Step step, ReplyWriter out) {
    if (step instanceof Step.Watch watch) {
      watch.watches().fail();
    }
    out.write(failed.replyTo(operations.get(nextAnswer)));
    nextAnswer++;
    nextCommand++;
  }

  /** Writes the next answer, or the next piece of it. */
  private void writeAnswer(
      Answer answer, Step step, ReplyWriter out, Function<Planned.LocalCommand, Reply> ask) {
    if (step instanceof Step.Watch watch && answer instanceof Answer.Several versions) {
      watched(watch, versions);
      out.write(Reply.OK);
    } else if (step instanceof Step.Execute execute) {
      out.write(replyTo(execute, answer, ask));
    } else if (answer instanceof Answer.Values values) {
      writeNextValue(values.values(), out);
    } else {
      out.write(Replies.of(answer));
    }
    if (nextValue < 0) {
      nextAnswer++;
      nextCommand++;
    }
  }

  private static void watched(Step.Watch watch, Answer.Several versions) {
    for (int i = 0; i < watch.keys().size(); i++) {
      if (versions.answers().get(i) instanceof Answer.Count version) {
        watch.watches().add(watch.keys().get(i), version.value());
      }
    }
  }

  /** The reply to a transaction, if that is what the state has answered. */
  static Reply replyTo(
      Step.Execute execute, Answer answer, Function<Planned.LocalCommand, Reply> ask) {
    if (answer instanceof Answer.Refused) {
      return Replies.of(answer);
    }
    if (!(answer instanceof Answer.Several several)) {
      return Reply.NO_ARRAY;
    }
    List<Reply> replies = new ArrayList<>(execute.parts().size());
    Iterator<Answer> next = several.answers().iterator();
    long askedBytes = 0;
    for (Step part : execute.parts()) {
      if (part instanceof Step.Answer fixed) {
        replies.add(fixed.reply());
      } else if (part instanceof Step.Ask && askedBytes > Batch.MOST_ANSWER_BYTES) {
        replies.add(Errors.ANSWERS_TOO_LONG);
      } else if (part instanceof Step.Ask local) {
        Reply reply = ask.apply(local.command());
        askedBytes += sizeOf(reply);
        replies.add(reply);
      } else {
        replies.add(Replies.of(next.next()));
      }
    }
    return new Reply.Array(replies);
  }

  /** About how many bytes a reply takes. */
  private static long sizeOf(Reply reply) {
    if (reply instanceof Reply.Array array) {
      return array.replies().stream().mapToLong(Run::sizeOf).sum();
    }
    Bytes bytes = reply instanceof Reply.Bulk bulk ? bulk.bytes() : null;
    return bytes == null ? 0 : bytes.length();
  }

  /** One value at a time, so that a slow reader of many large values stops us in time. */
  private void writeNextValue(List<Optional<Bytes>> values, ReplyWriter out) {
    if (nextValue < 0) {
      out.writeArrayHeader(values.size());
      nextValue = 0;
    }
    if (nextValue < values.size()) {
      out.write(new Reply.Bulk(values.get(nextValue).orElse(null)));
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
  record QueuedCommand(Step step, int bytes) {}
}
