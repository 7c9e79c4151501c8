package io.github.balsaraft.session;

import io.github.balsaraft.api.NotAppendedException;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A command on its way through a session. Used by the session's steps only, but for what is final. */
final class Request {

  /** Counts the session's commands, in the order in which they came. */
  final long order;

  final byte[] command;
  final long deadlineNanos;
  final CompletableFuture<byte[]> future = new CompletableFuture<>();

  /** Where it has its number; null before it has one. */
  @Nullable
  Numbers numbers;

  long sequence;
  int attempts;
  boolean underWay;

  /** Once an attempt has ended: calls the next one off, which would hold the command until then. */
  Runnable cancelNextAttempt = () -> {};

  boolean ended;

  /**
   * An attempt under this number may have got into the log. From then on nothing but an answer makes it certain how things
   * stand: not a refusal of a later attempt, and not the lack of the session.
   */
  boolean inDoubt;

  /** Why the last attempt was refused, if it was. */
  @Nullable
  NotAppendedException refusal;

  Request(long order, byte[] command, long deadlineNanos) {
    this.order = order;
    this.command = command;
    this.deadlineNanos = deadlineNanos;
  }

  /** Its number is never used again. */
  void loseNumber() {
    if (numbers != null) {
      numbers.unanswered.remove(sequence);
      numbers = null;
    }
  }

  /** The group's session of one number, and the commands in it that have no answer. */
  static final class Numbers {
    final long session;
    final TreeMap<Long, Request> unanswered = new TreeMap<>();
    private long last;

    Numbers(long session) {
      this.session = session;
    }

    void give(Request request) {
      request.numbers = this;
      request.sequence = ++last;
      unanswered.put(request.sequence, request);
    }

    long lowestUnanswered() {
      return unanswered.isEmpty() ? last + 1 : unanswered.firstKey();
    }

    /** How many numbers there are from the lowest that is not answered on. */
    long span() {
      return last + 1 - lowestUnanswered();
    }
  }
}
