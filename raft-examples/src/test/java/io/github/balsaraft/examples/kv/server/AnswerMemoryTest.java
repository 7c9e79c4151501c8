package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.examples.kv.state.OnDiskKvStateMachine;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was copied for clients has a bound over all connections, and what can't be answered isn't executed. */
class AnswerMemoryTest extends ServerTest {

  private static final String LARGE = "v".repeat(TestServer.MAX_VALUE_BYTES);
  private static final String QUOTED = '"' + LARGE + '"';
  private static final int BUDGET = 1 << 20;
  private static final String NO_ROOM =
      "-TRYAGAIN this server holds too many bytes of answers that clients have not taken";

  private AnswerBudget budget() {
    return server.server().answerBudget();
  }

  private void start() {
    restart(TestServer.start(settings -> settings.maxAnswerBytes(BUDGET)));
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "large", LARGE)).isEqualTo("+OK");
      assertThat(client.call("SET", "short", "1")).isEqualTo("+OK");
    }
  }

  private void expectNothingIsTaken() {
    expectNoClients();
    assertThat(budget().usedBytes()).isZero();
  }

  @Test
  @DisplayName(
      "as long as others hold it all, a long value isn't taken out, and everything else goes on")
  void withoutRoom() {
    start();
    assertThat(budget().tryTake(BUDGET)).isTrue();
    try (RespClient client = server.connect()) {
      for (String command : new String[] {
        "GETDEL large", "GETSET large 2", "SET large 2 GET", "GETEX large EX 100",
      }) {
        assertThat(client.sendRaw(pipeline(command)).readReply()).as(command).isEqualTo(NO_ROOM);
      }
      client.sendRaw(pipeline("MULTI", "SET short 2", "GET large", "EXEC"));
      assertThat(client.readReplies(4)).last().isEqualTo(NO_ROOM);
      client.sendRaw(pipeline("SET a 1", "GET large", "GETDEL large", "INCR a", "GETSET short 3"));
      assertThat(client.readReplies(5)).containsExactly("+OK", QUOTED, NO_ROOM, ":2", "\"1\"");

      budget().giveBack(BUDGET);
      assertThat(client.call("GETEX", "large", "EX", "100")).isEqualTo(QUOTED);
      assertThat(client.call("GETDEL", "large")).isEqualTo(QUOTED);
      assertThat(client.call("GET", "large")).isEqualTo("nil");
    }
    expectNothingIsTaken();
  }

  @Test
  @DisplayName("clients that take none of their answers hold no more than there is for all of them")
  void stalledClients() {
    start();
    try (RespClient first = server.connect();
        RespClient second = server.connect();
        RespClient third = server.connect();
        RespClient other = server.connect()) {
      byte[] reads =
          pipeline(Collections.nCopies(400, "GETEX large PERSIST").toArray(String[]::new));
      for (RespClient stalled : new RespClient[] {first, second, third}) {
        stalled.sendRaw(reads);
      }
      long most = 0;
      // Before the first is answered nothing is held; and once nobody goes on it stays as it is.
      for (int looks = 0; looks < 2_000 || most == 0; looks++) {
        assertThat(other.call("GETSET", "short", "1")).isIn("\"1\"", NO_ROOM);
        most = Math.max(most, budget().usedBytes());
      }
      assertThat(most).isLessThanOrEqualTo(BUDGET + BUDGET / 16);
      assertThat(first.readReplies(10)).isSubsetOf(QUOTED, NO_ROOM);
    }
    expectNothingIsTaken();
  }

  @Test
  @DisplayName(
      "a pipeline that takes values out needs few entries, once it is known how long they are")
  void pipelines() {
    start();
    int count = 60;
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "k", "v".repeat(10_000))).isEqualTo("+OK");
      int before = backend().proposed().size();
      client.sendRaw(
          pipeline(Collections.nCopies(count, "GETEX k PERSIST").toArray(String[]::new)));
      assertThat(client.readReplies(count)).allMatch(reply -> reply.length() == 10_002);
      assertThat(backend().proposed().size() - before).isLessThan(15);
    }
    expectNothingIsTaken();
  }

  @Test
  @DisplayName("a client that leaves, and a proposal that fails, give back what they have taken")
  void nothingIsLeft() throws InterruptedException {
    start();
    int before = backend().proposed().size();
    try (RespClient client = server.connect()) {
      backend().hold();
      client.send("GETEX", "large", "PERSIST");
      backend().awaitProposed(before + 1);
      assertThat(budget().usedBytes()).isPositive();
    }
    backend().release();
    expectNothingIsTaken();
    backend().failProposals(new OverloadedException("too much"));
    try (RespClient client = server.connect()) {
      assertThat(client.call("GETDEL", "large")).isEqualTo("-TRYAGAIN overloaded: too much");
      assertThat(budget().usedBytes()).isZero();
    }
  }

  @Test
  @DisplayName(
      "values that were read from the disk count too, and one alone may be longer than all")
  void readsFromDisk(@TempDir Path folder) {
    try (OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(folder)) {
      restart(TestServer.start(disk, settings -> settings.maxAnswerBytes(50_000)));
      try (RespClient client = server.connect()) {
        assertThat(client.call("SET", "large", LARGE)).isEqualTo("+OK");
        assertThat(client.call("GET", "large")).isEqualTo(QUOTED);
        assertThat(client.call("GETEX", "large", "PERSIST")).isEqualTo(QUOTED);
        assertThat(client.call("PING")).isEqualTo("+PONG");
        assertThat(budget().usedBytes()).isZero();

        assertThat(budget().tryTake(50_000)).isTrue();
        assertThat(client.call("GET", "large")).isEqualTo(NO_ROOM);
        assertThat(client.call("STRLEN", "large")).isEqualTo(":100000");
        budget().giveBack(50_000);
        assertThat(client.call("GET", "large")).isEqualTo(QUOTED);
      }
      expectNothingIsTaken();
      server.close();
    }
  }

  @Test
  @DisplayName(
      "while one client has more than there is for all, short answers and values of the store are given")
  void moreThanAll() {
    start();
    assertThat(budget().tryTakeNeeded(2L * BUDGET)).isTrue();
    try (RespClient client = server.connect()) {
      assertThat(client.call("EXISTS", "large")).isEqualTo(":1");
      assertThat(client.call("TTL", "large")).isEqualTo(":-1");
      assertThat(client.call("GET", "large")).isEqualTo(QUOTED);
      assertThat(client.call("MGET", "short", "none")).doesNotContain("TRYAGAIN");
      assertThat(client.call("GETSET", "short", "3")).isEqualTo("\"1\"");
      assertThat(client.call("GETDEL", "large")).isEqualTo(NO_ROOM);
      budget().giveBack(2L * BUDGET);
      assertThat(client.call("GETDEL", "large")).isEqualTo(QUOTED);
    }
    expectNothingIsTaken();
  }

  @Test
  @DisplayName("the same with values that are read from the disk: only short ones are given")
  void moreThanAllOnDisk(@TempDir Path folder) {
    try (OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(folder)) {
      restart(TestServer.start(disk, settings -> settings.maxAnswerBytes(BUDGET)));
      try (RespClient client = server.connect()) {
        assertThat(client.call("MSET", "large", LARGE, "short", "1")).isEqualTo("+OK");
        assertThat(budget().tryTakeNeeded(2L * BUDGET)).isTrue();
        assertThat(client.call("GET", "large")).isEqualTo(NO_ROOM);
        assertThat(client.call("EXISTS", "large")).isEqualTo(":1");
        assertThat(client.call("GET", "short")).isEqualTo("\"1\"");
        budget().giveBack(2L * BUDGET);
      }
      expectNothingIsTaken();
      server.close();
    }
  }

  @Test
  @DisplayName(
      "reads of a pipeline that are longer together than all are given in parts, though others hold something")
  void partsOfReads(@TempDir Path folder) {
    int count = 20;
    try (OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(folder)) {
      restart(TestServer.start(disk, settings -> settings.maxAnswerBytes(4L * LARGE.length())));
      try (RespClient client = server.connect()) {
        assertThat(client.call("SET", "large", LARGE)).isEqualTo("+OK");
        assertThat(budget().tryTake(16)).isTrue();
        client.sendRaw(pipeline(Collections.nCopies(count, "GET large").toArray(String[]::new)));
        assertThat(client.readReplies(count)).containsOnly(QUOTED);
        budget().giveBack(16);
      }
      expectNothingIsTaken();
      server.close();
    }
  }

  @Test
  @DisplayName("an answer that is longer than all is given though others hold a little")
  void longerThanAll(@TempDir Path folder) {
    try (OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(folder)) {
      restart(TestServer.start(disk, settings -> settings.maxAnswerBytes(50_000)));
      try (RespClient client = server.connect()) {
        assertThat(client.call("SET", "large", LARGE)).isEqualTo("+OK");
        assertThat(budget().tryTake(3_000)).isTrue();
        assertThat(client.call("GET", "large")).isEqualTo(QUOTED);
        assertThat(client.call("GETEX", "large", "PERSIST")).isEqualTo(QUOTED);
        budget().giveBack(3_000);
      }
      expectNothingIsTaken();
      server.close();
    }
  }
}
