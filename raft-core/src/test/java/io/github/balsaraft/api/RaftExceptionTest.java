package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.HostId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RaftExceptionTest {

  private final NotLeaderException notLeader =
      new NotLeaderException(new HostId("n2"), "10.0.0.2:7400", "n2 leads");

  @Test
  void tellsWhetherTheSameRequestMayBeMadeAgain() {
    List<RaftException> retryable = List.of(
        notLeader,
        new OverloadedException("full"),
        new ShuttingDownException(),
        new NodeFailedException("a sync failed"),
        new ReadNotServedException("no leader"),
        new TransferFailedException(null, null, Failure.NOT_DONE, "nobody answers"),
        ChangeFailedException.lost("leadership was lost"));
    List<RaftException> not = List.of(
        new CommandTooLargeException(9, 8),
        new SessionsNotKeptException("no records"),
        new AnswerTooLargeException("9 bytes"),
        new OutcomeUnknownException("lost"),
        new SessionExpiredException("forgotten"),
        new CommandRejectedException("the seat is taken"),
        new TransferFailedException(null, null, Failure.REFUSED, "no voter is on n9"),
        new TransferFailedException(null, null, Failure.OUTCOME_UNKNOWN, "not heard to lead"),
        ChangeFailedException.aborted("it did not catch up in time"));
    assertThat(retryable).allMatch(RaftException::isRetryable);
    assertThat(not).noneMatch(RaftException::isRetryable);
    assertThat(Stream.concat(retryable.stream(), not.stream())
            .map(Object::getClass)
            .distinct())
        .as("every failure that there is")
        .containsExactlyInAnyOrderElementsOf(leaves(RaftException.class).toList());
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    Class<?>[] permitted = type.getPermittedSubclasses();
    Stream<Class<?>> below = permitted == null
        ? Stream.empty()
        : Arrays.stream(permitted).flatMap(RaftExceptionTest::leaves);
    return Modifier.isAbstract(type.getModifiers()) ? below : Stream.concat(Stream.of(type), below);
  }

  @Test
  void aRefusedChangeMayBeAskedForAgainIfAllReasonsPass() {
    ChangeRefusal passing = new ChangeRefusal(Reason.NO_LIVE_MAJORITY, "n2 and n3 are silent");
    ChangeRefusal lasting = new ChangeRefusal(Reason.HOST_TWICE, "n2 would carry two members");
    assertThat(ChangeFailedException.refused(List.of(passing, passing)).isRetryable())
        .isTrue();
    ChangeFailedException mixed = ChangeFailedException.refused(List.of(passing, lasting));
    assertThat(mixed.isRetryable()).isFalse();
    assertThat(mixed.refusals()).containsExactly(passing, lasting);
    assertThat(mixed).hasMessage("n2 and n3 are silent; n2 would carry two members");
    assertThatIllegalArgumentException().isThrownBy(() -> ChangeFailedException.refused(List.of()));
  }

  @Test
  void theLeaderAndItsAddressSurviveSerialization() throws Exception {
    NotLeaderException read = (NotLeaderException) writtenAndRead(notLeader);
    assertThat(read.leader()).contains(new HostId("n2"));
    assertThat(read.leaderAddress()).contains("10.0.0.2:7400");
    TransferFailedException transfer =
        (TransferFailedException) writtenAndRead(new TransferFailedException(
            new HostId("n2"), "10.0.0.2:7400", Failure.OUTCOME_UNKNOWN, "nobody answers"));
    assertThat(transfer.leader()).contains(new HostId("n2"));
    assertThat(transfer.leaderAddress()).contains("10.0.0.2:7400");
    assertThat(transfer.failure()).isEqualTo(Failure.OUTCOME_UNKNOWN);
  }

  private static Object writtenAndRead(Object value) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void theLeadersAddressMayBeAllThatIsKnownOrItsName() {
    NotLeaderException elsewhere = new NotLeaderException(null, "10.0.0.2:7400", "it has changed");
    assertThat(elsewhere.leader()).isEmpty();
    assertThat(elsewhere.leaderAddress()).contains("10.0.0.2:7400");
    assertThat(new NotLeaderException(new HostId("n2"), "n2 leads").leaderAddress())
        .isEmpty();
  }
}
