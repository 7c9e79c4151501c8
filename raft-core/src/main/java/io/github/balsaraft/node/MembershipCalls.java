package io.github.balsaraft.node;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.model.HostId;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The public calls, handed to the mailbox.
 *
 * @param asking hands a question over and completes the future if the node is closed
 * @param endedTwice told of each answer that comes a second time
 */
record MembershipCalls(
    BiConsumer<CompletableFuture<?>, Consumer<GroupLoop>> asking, Runnable endedTwice)
    implements Membership {

  @Override
  public CompletableFuture<ChangeResult> change(ConfigurationChange change) {
    Objects.requireNonNull(change, "change");
    CompletableFuture<ChangeResult> answer = new Answer<>(endedTwice);
    asking.accept(answer, loop -> loop.change(change, answer));
    return answer;
  }

  @Override
  public CompletableFuture<ChangePreview> preview(ConfigurationChange change) {
    Objects.requireNonNull(change, "change");
    CompletableFuture<ChangePreview> answer = new Answer<>(endedTwice);
    asking.accept(answer, loop -> loop.preview(change, answer));
    return answer;
  }

  @Override
  public CompletableFuture<AbortResult> abort(HostId host) {
    Objects.requireNonNull(host, "host");
    CompletableFuture<AbortResult> answer = new Answer<>(endedTwice);
    asking.accept(answer, loop -> loop.abortChange(host, answer));
    return answer;
  }

  @Override
  public CompletableFuture<MembershipView> view() {
    CompletableFuture<MembershipView> answer = new Answer<>(endedTwice);
    asking.accept(answer, loop -> loop.viewMembers(answer));
    return answer;
  }
}
