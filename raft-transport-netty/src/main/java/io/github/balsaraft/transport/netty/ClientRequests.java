package io.github.balsaraft.transport.netty;

import com.google.protobuf.ByteString;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StaleAnswer;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Answers what a client asks of a node. Every request gets one answer, and a typed one. */
final class ClientRequests {

  private ClientRequests() {}

  /** Never fails, but with what nobody has thought of. */
  static CompletableFuture<ClientAnswer> answer(@Nullable RaftNode node, ClientRequest request) {
    CompletableFuture<ClientAnswer.Builder> done;
    if (node == null) {
      done = CompletableFuture.completedFuture(ClientAnswer.newBuilder()
          .setOutcome(ClientOutcome.CLIENT_OUTCOME_NOT_LEADER)
          .setNotAMember(true)
          .setDetail("this host has no member of group " + request.getGroup()));
    } else {
      done = switch (request.getKindCase()) {
        case SESSION_ENTRY -> propose(node, request.getSessionEntry());
        case READ -> read(node, request.getRead());
        case MEMBERS -> node.statusSoon().thenApply(ClientRequests::members);
        case KIND_NOT_SET ->
          // A newer client's, which then knows of older servers.
          CompletableFuture.failedFuture(new ReadNotServedException("it asks for nothing known"));
      };
    }
    return done.exceptionally(ClientRequests::failure)
        .thenApply(answer -> answer.setId(request.getId()).build());
  }

  private static CompletableFuture<ClientAnswer.Builder> propose(RaftNode node, ByteString entry) {
    try {
      return node.proposeInSession(entry.toByteArray()).thenApply(ClientRequests::done);
    } catch (CorruptDataException | UnknownFormatException e) {
      return CompletableFuture.failedFuture(
          new NodeFailedException("not taken in: " + e.getMessage()));
    }
  }

  private static CompletableFuture<ClientAnswer.Builder> read(RaftNode node, ClientRead read) {
    byte[] query = read.getQuery().toByteArray();
    return switch (read.getConsistency()) {
      case CLIENT_CONSISTENCY_LINEARIZABLE ->
        node.query(query, ReadConsistency.LINEARIZABLE).thenApply(ClientRequests::done);
      case CLIENT_CONSISTENCY_LEASE ->
        node.query(query, ReadConsistency.LEASE).thenApply(ClientRequests::done);
      case CLIENT_CONSISTENCY_STALE ->
        node.queryStale(query, Duration.ofMillis(read.getMaxStalenessMillis()))
            .thenApply(ClientRequests::stale);
      case CLIENT_CONSISTENCY_AFTER_INDEX ->
        node.queryAfter(query, read.getIndex(), Duration.ofMillis(read.getWaitMillis()))
            .thenApply(ClientRequests::done);
      case UNRECOGNIZED ->
        CompletableFuture.failedFuture(
            new ReadNotServedException("a newer version knows reads of this kind"));
    };
  }

  private static ClientAnswer.Builder done(byte[] content) {
    return ClientAnswer.newBuilder()
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE)
        .setContent(ByteString.copyFrom(content));
  }

  private static ClientAnswer.Builder stale(StaleAnswer answer) {
    return done(answer.answer())
        .setAppliedIndex(answer.appliedIndex())
        .setStalenessNanos(answer.staleness().toNanos());
  }

  private static ClientAnswer.Builder members(NodeStatus status) {
    ClientAnswer.Builder answer = ClientAnswer.newBuilder()
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE)
        .setNotAMember(status.removedAt() > 0);
    for (Member member : status.configuration().members()) {
      answer.addMemberAddresses(member.address());
      if (status.leader().filter(member.host()::equals).isPresent()) {
        answer.setLeaderAddress(member.address());
      }
    }
    return answer;
  }

  private static ClientAnswer.Builder failure(Throwable thrown) {
    Throwable failure = thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    ClientAnswer.Builder answer =
        ClientAnswer.newBuilder().setDetail(String.valueOf(failure.getMessage()));
    if (failure instanceof NotLeaderException notLeader) {
      notLeader.leaderAddress().ifPresent(answer::setLeaderAddress);
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_NOT_LEADER);
    } else if (failure instanceof OverloadedException overloaded) {
      return answer
          .setRetryAfterMillis(overloaded.retryAfter().toMillis())
          .setOutcome(ClientOutcome.CLIENT_OUTCOME_OVERLOADED);
    } else if (failure instanceof CommandTooLargeException tooLarge) {
      return answer
          .setMaxCommandBytes(tooLarge.limitBytes())
          .setOutcome(ClientOutcome.CLIENT_OUTCOME_TOO_LARGE);
    } else if (failure instanceof ShuttingDownException) {
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_SHUTTING_DOWN);
    } else if (failure instanceof NodeFailedException) {
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_FAILED);
    } else if (failure instanceof OutcomeUnknownException) {
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_UNKNOWN);
    } else if (failure instanceof AnswerTooLargeException tooLarge) {
      // This member had passed it on.
      return answer
          .setAppliedIndex(tooLarge.appliedIndex().orElse(0))
          .setOutcome(ClientOutcome.CLIENT_OUTCOME_ANSWER_TOO_LARGE);
    } else if (failure instanceof SessionsNotKeptException) {
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_NO_SESSIONS);
    } else if (failure instanceof ReadNotServedException notServed) {
      notServed.retryAfter().ifPresent(after -> answer.setRetryAfterMillis(after.toMillis()));
      return answer.setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED);
    }
    return answer
        .setDetail(failure.toString())
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_QUERY_FAILED);
  }
}
