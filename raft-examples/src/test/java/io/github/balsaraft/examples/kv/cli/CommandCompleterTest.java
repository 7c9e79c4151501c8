package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.command.CommandTable;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CommandCompleterTest {

  private final CommandCompleter completer = new CommandCompleter(new CommandTable(1000));

  /** What is offered behind a line that was typed so far. */
  private List<String> offered(String line) throws Exception {
    ParsedLine parsed =
        new DefaultParser().parse(line, line.length(), DefaultParser.ParseContext.COMPLETE);
    List<Candidate> candidates = new ArrayList<>();
    LineReaderImpl reader = new LineReaderImpl(new DumbTerminal(System.in, System.out));
    completer.complete(reader, parsed, candidates);
    return candidates.stream().map(Candidate::value).toList();
  }

  @Test
  @DisplayName("commands are offered, and behind HELP too")
  void commands() throws Exception {
    assertThat(offered("pexpire")).containsExactly("pexpire", "pexpireat", "pexpiretime");
    assertThat(offered("help PEXPIREA")).containsExactly("PEXPIREAT");
  }

  @Test
  @DisplayName("behind a command all words are offered that the server knows there")
  void secondWords() throws Exception {
    assertThat(offered("client "))
        .containsExactly(
            "getname", "id", "info", "list", "no-evict", "no-touch", "reply", "setinfo", "setname");
    assertThat(offered("CLIENT NO")).containsExactly("NO-EVICT", "NO-TOUCH");
    assertThat(offered("cluster "))
        .containsExactly("info", "keyslot", "myid", "nodes", "shards", "slots");
    assertThat(offered("command ")).containsExactly("count", "docs", "info", "list");
    assertThat(offered("config ")).contains("get", "resetstat");
    assertThat(offered("info "))
        .containsExactly(
            "all",
            "clients",
            "default",
            "everything",
            "keyspace",
            "metrics",
            "raft",
            "replication",
            "server");
    assertThat(offered("raft h")).containsExactly("help");
    assertThat(offered("raft ")).hasSize(16).contains("abort", "preview", "transfer");
    assertThat(offered("get ")).isEmpty();
    assertThat(offered("raft add ")).isEmpty();
  }
}
