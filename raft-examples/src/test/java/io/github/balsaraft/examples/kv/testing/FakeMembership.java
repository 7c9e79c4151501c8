package io.github.balsaraft.examples.kv.testing;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Remembers what was asked for, and answers what the test has said. Thread-safe. */
public final class FakeMembership implements Membership {

  private final List<Object> asked = new ArrayList<>();
  private CompletableFuture<ChangeResult> change = new CompletableFuture<>();
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private CompletableFuture<ChangePreview> preview = new CompletableFuture<>();
  private CompletableFuture<AbortResult> abort =
      CompletableFuture.completedFuture(AbortResult.CALLED_OFF);
  private CompletableFuture<HostId> transfer = new CompletableFuture<>();
  private MembershipView view = new MembershipView(
      true, Optional.empty(), Configuration.EMPTY, 0, true, List.of(), List.of(), List.of());

  /** What was asked for so far: changes, previews, and hosts to call off or to hand over to. */
  public synchronized List<Object> asked() {
    return List.copyOf(asked);
  }

  /** Waits until so many were asked for. */
  public synchronized void awaitAsked(int number) {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (asked.size() < number) {
      if (System.nanoTime() - deadlineNanos >= 0) {
        throw new AssertionError("only these were asked for: " + asked);
      }
      try {
        wait(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void note(Object wanted) {
    asked.add(wanted);
    notifyAll();
  }

  /** How changes from now on end; one that isn't done yet is answered when it is. */
  public synchronized void answerChanges(CompletableFuture<ChangeResult> answer) {
    change = answer;
  }

  /** How previews from now on end. */
  public synchronized void answerPreviews(ChangePreview answer) {
    preview = CompletableFuture.completedFuture(answer);
  }

  /** What calling off from now on comes to. */
  public synchronized void answerAborts(AbortResult answer) {
    answerAborts(CompletableFuture.completedFuture(answer));
  }

  /** How calling off from now on ends; one that isn't done yet is answered when it is. */
  public synchronized void answerAborts(CompletableFuture<AbortResult> answer) {
    abort = answer;
  }

  /** How handing over from now on ends. */
  public synchronized void answerTransfers(CompletableFuture<HostId> answer) {
    transfer = answer;
  }

  /** What looks from now on show. */
  public synchronized void show(MembershipView shown) {
    view = shown;
  }

  @Override
  public synchronized CompletableFuture<ChangeResult> change(ConfigurationChange wanted) {
    note(wanted);
    return change;
  }

  @Override
  public synchronized CompletableFuture<ChangePreview> preview(ConfigurationChange wanted) {
    note(wanted);
    return preview;
  }

  @Override
  public synchronized CompletableFuture<AbortResult> abort(HostId host) {
    note(host);
    return abort;
  }

  @Override
  public synchronized CompletableFuture<MembershipView> view() {
    return CompletableFuture.completedFuture(view);
  }

  synchronized CompletableFuture<HostId> transfer(Optional<HostId> target) {
    note(target);
    return transfer;
  }
}
