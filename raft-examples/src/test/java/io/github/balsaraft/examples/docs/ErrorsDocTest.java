package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.MembershipView.AdditionView.Phase;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionExpiredException;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.netty.RefusalReason;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/errors.md leaves out nothing that a caller may meet, and says what the code says. */
class ErrorsDocTest {

  private static final DocumentedTables ERRORS = new DocumentedTables("docs/errors.md");

  /** Whose constants each have a row. */
  private static final List<Class<? extends Enum<?>>> OUTCOMES = List.of(
      AbortResult.class,
      ChangeFailedException.End.class,
      ChangeRefusal.Reason.class,
      NodeStatus.Health.class,
      PeerConnection.State.class,
      RefusalReason.class,
      TransferFailedException.Failure.class);

  /** Enums of the same packages that tell of no outcome. */
  private static final List<Class<?>> NO_OUTCOMES = List.of(
      Phase.class,
      SnapshotStatus.Fetching.Phase.class,
      ReadConsistency.class,
      RaftMetric.class,
      RaftMetric.Kind.class,
      RaftMetric.Unit.class);

  private static final List<RaftException> SAMPLES = List.of(
      new NotLeaderException(null, ""),
      new OverloadedException(""),
      new CommandTooLargeException(2, 1),
      new SessionsNotKeptException(""),
      new AnswerTooLargeException(""),
      new ShuttingDownException(),
      new NodeFailedException(""),
      new OutcomeUnknownException(""),
      new SessionExpiredException(""),
      new ReadNotServedException(""),
      new CommandRejectedException(""));

  @Test
  void everyExceptionIsThere() {
    List<String> named = publicTypes(
            "api", "model", "model/trace", "session", "storage", "transport")
        .filter(Throwable.class::isAssignableFrom)
        .map(Class::getSimpleName)
        .toList();
    assertThat(named).contains("RaftException", "CorruptDataException", "RemoteQueryException");
    for (String exception : named) {
      assertThat(ERRORS.text()).contains("`" + exception);
    }
  }

  static Stream<Class<? extends Enum<?>>> outcomes() {
    return OUTCOMES.stream();
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void everyOutcomeHasARow(Class<? extends Enum<?>> outcomes) {
    for (Enum<?> outcome : outcomes.getEnumConstants()) {
      assertThat(ERRORS.rows(outcome.name())).as(outcome.name()).isNotEmpty();
    }
  }

  @Test
  void noEnumIsForgotten() {
    List<Class<?>> known = new ArrayList<>(NO_OUTCOMES);
    known.addAll(OUTCOMES);
    assertThat(publicTypes("api", "transport")
            .flatMap(type -> Stream.concat(Stream.of(type), nested(type)))
            .filter(Class::isEnum)
            .toList())
        .isNotEmpty()
        .isSubsetOf(known);
  }

  private static Stream<Class<?>> nested(Class<?> type) {
    return Stream.of(type.getDeclaredClasses())
        .filter(inner -> Modifier.isPublic(inner.getModifiers()))
        .flatMap(inner -> Stream.concat(Stream.of(inner), nested(inner)));
  }

  @Test
  void itSaysOfEachExceptionWhetherToAskAgain() {
    for (RaftException failure : SAMPLES) {
      String name = failure.getClass().getSimpleName();
      assertThat(ERRORS.row(name).get(2)).as(name).isEqualTo(failure.isRetryable() ? "yes" : "no");
    }
    assertThat(ERRORS.row("LOST").get(2)).isEqualTo("yes");
    assertThat(ChangeFailedException.lost("").isRetryable()).isTrue();
    assertThat(ERRORS.row("ABORTED").get(2)).isEqualTo("no");
    assertThat(ChangeFailedException.aborted("").isRetryable()).isFalse();
    for (TransferFailedException.Failure failure : TransferFailedException.Failure.values()) {
      boolean again = new TransferFailedException(null, null, failure, "").isRetryable();
      assertThat(ERRORS.rows(failure.name()))
          .as(failure.name())
          .anyMatch(row -> row.get(2).equals(again ? "yes" : "no"));
    }
  }

  @Test
  void itSaysOfEachReasonWhetherItPasses() {
    for (ChangeRefusal.Reason reason : ChangeRefusal.Reason.values()) {
      assertThat(ERRORS.row(reason.name()).get(1))
          .as(reason.name())
          .isEqualTo(reason.isPassing() ? "yes" : "no");
    }
  }

  private static Stream<Class<?>> publicTypes(String... packages) {
    return Stream.of(packages).flatMap(PublicTypes::under);
  }
}
