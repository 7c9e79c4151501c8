package io.github.balsaraft.testing.simulation.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceState;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a replica may start with. Behind 1@5 there are two logs: one goes on with 2@6 to 2@8, the other with 3@6 to 3@9. */
class LogRulesTest {

  private static final EntryId FIRST = new EntryId(1, 1);
  private static final EntryId STORED = new EntryId(2, 8);
  private static final EntryId ELSEWHERE = new EntryId(3, 9);

  private static final TraceState STATE =
      new TraceState(3, null, Role.FOLLOWER, null, 0, STORED, 0);

  private final Group group = new Group();
  private final LogRules rules = new LogRules(group, new ElectionRules(group));
  private final ReplicaModel replica = group.on(new HostId("n1"), new ReplicaId(1));

  @BeforeEach
  void makeEntries() {
    EntryId common = new EntryId(1, 5);
    group.entries.make(EntryId.NONE, common.term(), common.index());
    group.entries.make(common, STORED.term(), STORED.index());
    group.entries.make(common, ELSEWHERE.term(), ELSEWHERE.index());
    replica.stored.last = STORED;
  }

  private void start(EntryId base, EntryId last, EntryId... termStarts) {
    TraceHeader header = new TraceHeader(replica.id, 1, 0, STATE);
    rules.started(
        replica,
        new TraceEvent.Started(
            header, 3, null, base, List.of(termStarts), last, last.index(), 0, new TreeMap<>()));
  }

  private void startWithAll() {
    start(EntryId.NONE, STORED, FIRST, new EntryId(2, 6));
  }

  private void assertLoss(Runnable start) {
    assertThatThrownBy(start::run)
        .isInstanceOfSatisfying(
            Found.class,
            found -> assertThat(found.violation().kind()).isEqualTo(Violation.Kind.DURABILITY));
  }

  @Test
  void startsWithWhatIsStored() {
    startWithAll();
    assertThat(replica.last).isEqualTo(STORED);
  }

  @Test
  void lessIsLoss() {
    assertLoss(() -> start(EntryId.NONE, new EntryId(2, 7), FIRST, new EntryId(2, 6)));
  }

  @Test
  void lessIsNoLossIfTheDiskMayHaveCutIt() {
    replica.cut(7, STORED);
    start(EntryId.NONE, new EntryId(2, 6), FIRST, new EntryId(2, 6));
    assertThat(replica.stored.last).isEqualTo(new EntryId(2, 6));
    assertLoss(() -> start(EntryId.NONE, new EntryId(1, 5), FIRST));
  }

  @Test
  @DisplayName("a log goes for a snapshot that it doesn't go through")
  void snapshotOfAnotherLog() {
    start(ELSEWHERE, ELSEWHERE);
    assertThat(replica.stored.last).isEqualTo(ELSEWHERE);
    assertThat(replica.stored.replaced).isEqualTo(STORED);
  }

  @Test
  @DisplayName("and is there still if that snapshot is gone before a write said so")
  void replacedLogIsThereStill() {
    start(ELSEWHERE, ELSEWHERE);
    startWithAll();
    assertThat(replica.stored.replaced).isNull();
    assertLoss(() -> start(EntryId.NONE, new EntryId(1, 5), FIRST));
  }

  @Test
  @DisplayName("or as much of it as there was, and no less")
  void replacedLogKeepsItsEnd() {
    start(ELSEWHERE, ELSEWHERE);
    assertLoss(() -> start(EntryId.NONE, new EntryId(2, 7), FIRST, new EntryId(2, 6)));
  }

  @Test
  @DisplayName(
      "what lies behind a snapshot that the log goes through stays: it may have been acknowledged")
  void snapshotOfTheSameLog() {
    assertLoss(() -> start(new EntryId(2, 7), new EntryId(2, 7)));
    assertThatCode(() -> start(new EntryId(2, 7), STORED, new EntryId(2, 8)))
        .doesNotThrowAnyException();
  }
}
