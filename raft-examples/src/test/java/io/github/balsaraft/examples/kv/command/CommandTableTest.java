package io.github.balsaraft.examples.kv.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a request of a few bytes costs while it waits for its turn: thousands may wait, and only their own bytes are counted.
 */
class CommandTableTest {

  private final CommandTable table = new CommandTable(1000);

  private Planned plan(String request) {
    return table.plan(Stream.of(request.split(" ")).map(Bytes::of).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"COMMAND", "COMMAND INFO", "COMMAND DOCS", "COMMAND LIST", "COMMAND COUNT"})
  @DisplayName("a reply that is always the same is made once, however many wait for it")
  void repliesAreShared(String request) {
    Planned.Fixed first = (Planned.Fixed) plan(request);
    assertThat(((Planned.Fixed) plan(request)).reply()).isSameAs(first.reply());
  }

  @ParameterizedTest
  @ValueSource(strings = {"COMMAND INFO get set", "COMMAND DOCS get set"})
  @DisplayName("a reply that depends on the request is made when it is its turn")
  void namedRepliesAreMadeLater(String request) {
    assertThat(plan(request)).isInstanceOf(Planned.Local.class);
  }

  @Test
  @DisplayName("an error repeats the name of a command up to its first zero byte, as Redis does")
  void namesEndAtZero() {
    assertThat(plan("a\0b c\0d e"))
        .isEqualTo(new Planned.Rejected(
            new Reply.Failure("ERR unknown command 'a', with args beginning with: 'c' 'e' ")));
    assertThat(plan("GET\0 key"))
        .isEqualTo(new Planned.Rejected(
            new Reply.Failure("ERR unknown command 'GET', with args beginning with: 'key' ")));
  }

  /** A Redis takes such a name for the one before the zero byte if both fall into one slot of its table, whose hash it seeds at each start. */
  @Test
  @DisplayName(
      "the name of a subcommand isn't one with a zero byte behind it, where Redis leaves it to chance")
  void subcommandsAreReadBeyondZero() {
    assertThat(plan("CLIENT id\0"))
        .isEqualTo(new Planned.Rejected(
            new Reply.Failure("ERR unknown subcommand 'id'. Try CLIENT HELP.")));
    assertThat(plan("CLUSTER myid\0"))
        .isEqualTo(new Planned.Rejected(
            new Reply.Failure("ERR unknown subcommand 'myid'. Try CLUSTER HELP.")));
  }

  @Test
  @DisplayName("a request can't ask for more than it could need")
  void namesAreBounded() {
    List<Bytes> words = Stream.concat(
            Stream.of("COMMAND", "INFO"),
            Collections.nCopies(CommandDescriptions.MAX_NAMES + 1, "get").stream())
        .map(Bytes::of)
        .toList();
    assertThat(table.plan(words))
        .isEqualTo(new Planned.Fixed(
            new Reply.Failure("ERR at most 1024 commands are described at once")));
  }
}
