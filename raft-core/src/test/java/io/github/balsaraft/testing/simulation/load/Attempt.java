package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.ObservedMachine;
import org.jspecify.annotations.Nullable;

/** One proposal of a simulated client to one process. A client that tries again makes another attempt. */
public final class Attempt {

  /** What its client was told of it. */
  public enum Outcome {
    /** Nothing yet. */
    OPEN,
    /** It was applied, with this result. */
    APPLIED,
    /** It was not appended, and never will be. */
    NOT_APPENDED,
    /** It may be applied or not. */
    UNKNOWN,
    /** The process that should have answered is no more. */
    UNANSWERED
  }

  private final long id;
  private final HostId host;
  private final int life;
  private Outcome outcome = Outcome.OPEN;
  private byte @Nullable [] result;
  private long appliedNanos;
  private long answerNumber;

  /** One that nobody has answered yet. */
  public Attempt(long id, HostId host, int life) {
    this.id = id;
    this.host = host;
    this.life = life;
  }

  /** Its number, with which its command begins. */
  public long id() {
    return id;
  }

  /** The host that was asked. */
  public HostId host() {
    return host;
  }

  boolean isOf(HostId ended, int endedLife) {
    return life == endedLife && host.equals(ended);
  }

  public Outcome outcome() {
    return outcome;
  }

  /** What the state machine has answered, if it was applied. */
  public byte @Nullable [] result() {
    return result;
  }

  /** When its client was told that it was applied, if it was. */
  public long appliedNanos() {
    return appliedNanos;
  }

  /** Counts the answers of which clients know the order, from 1; 0 if that of this attempt is not among them. */
  public long answerNumber() {
    return answerNumber;
  }

  /** The process of its host that was asked. */
  public int life() {
    return life;
  }

  /** Its client is told now that it was applied, as the one with this number of all whom their node has told something. */
  public void applied(byte[] answer, long nowNanos, long number) {
    applied(answer, nowNanos);
    answerNumber = number;
  }

  /** Its client is told so now. */
  public void applied(byte[] answer, long nowNanos) {
    outcome = Outcome.APPLIED;
    result = answer;
    appliedNanos = nowNanos;
  }

  /** Its client is told now that the state machine has rejected it. */
  void rejected(String reason, long nowNanos, long number) {
    applied(ObservedMachine.rejection(reason), nowNanos, number);
  }

  void ended(Outcome end) {
    outcome = end;
  }

  @Override
  public String toString() {
    return "attempt " + id + " at " + host + " (" + outcome + ")";
  }
}
