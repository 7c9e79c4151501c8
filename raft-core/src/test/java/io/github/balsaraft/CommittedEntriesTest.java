package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.CommittedEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** An observer at a member that follows, with threads. */
class CommittedEntriesTest {

  private static final class Observer implements Flow.Subscriber<CommittedEntry> {
    final List<CommittedEntry> entries = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(CommittedEntry entry) {
      entries.add(entry);
    }

    @Override
    public void onError(Throwable failure) {
      ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      ended.complete(null);
    }

    List<String> commands() {
      return entries.stream()
          .flatMap(entry -> entry.command().stream())
          .map(bytes -> new String(bytes, UTF_8))
          .toList();
    }
  }

  @Test
  void aFollowerShowsWhatIsCommitted() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      leader.propose("before".getBytes(UTF_8)).get(30, SECONDS);
      RaftNode follower = cluster.anyFollower();
      Observer observer = new Observer();
      follower.committedEntries(1).subscribe(observer);
      for (int i = 0; i < 50; i++) {
        leader.propose(("command " + i).getBytes(UTF_8)).get(30, SECONDS);
      }
      LocalCluster.awaitTrue("all commands", () -> observer.commands().size() == 51);
      assertThat(observer.commands()).startsWith("before", "command 0").endsWith("command 49");
      for (int i = 0; i < observer.entries.size(); i++) {
        assertThat(observer.entries.get(i).id().index()).isEqualTo(i + 1);
      }
      follower.close();
      observer.ended.get(30, SECONDS);
    }
  }
}
