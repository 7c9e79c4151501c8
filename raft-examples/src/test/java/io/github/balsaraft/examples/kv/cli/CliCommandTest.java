package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.balsaraft.examples.kv.command.CommandTable;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliCommandTest {

  private static final CommandTable COMMANDS = new CommandTable(1000);

  @TempDir
  Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "kv");
  private TestServer server = TestServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.server().port();
  }

  private List<String> printed() {
    return Arrays.asList(out.toString(UTF_8).split("\n"));
  }

  /** Runs it with lines piped in. */
  private int pipe(String lines, String... arguments) {
    return pipe(lines.getBytes(UTF_8), arguments);
  }

  private int pipe(byte[] lines, String... arguments) {
    return new CliCommand(
            console, (options, commands) -> new PipedLines(new ByteArrayInputStream(lines)))
        .run(List.of(arguments));
  }

  @Test
  @DisplayName("bytes that are piped in reach the server as they are")
  void bytes() {
    byte[] lines = "set bin \"\u00ff\rb\"\r\nget bin\n\nstrlen bin".getBytes(ISO_8859_1);
    assertThat(pipe(lines, "--servers", address())).isEqualTo(CommandLine.OK);
    assertThat(printed()).containsExactly("OK", "\"\\xff\\rb\"", "(integer) 3");
  }

  @Test
  @DisplayName(
      "lines that are piped in are sent one after the other, and replies shown as redis-cli does")
  void pipes() {
    int exit = pipe("""
        set color "two words"
        get color

        get nothing
        incr color
        incr n
        set bin "\\x00\\xffä\\""
        get bin
        mget n nothing color
        keys nosuch
        multi
        get n
        scan 0 match n
        exec
        set open "quote
        quit
        get n
        """, "--servers", address());

    assertThat(printed())
        .containsExactly(
            "OK",
            "\"two words\"",
            "(nil)",
            "(error) ERR value is not an integer or out of range",
            "(integer) 1",
            "OK",
            "\"\\x00\\xff\\xc3\\xa4\\\"\"",
            "1) \"1\"",
            "2) (nil)",
            "3) \"two words\"",
            "(empty array)",
            "OK",
            "QUEUED",
            "QUEUED",
            "1) \"1\"",
            "2) 1) \"0\"",
            "   2) 1) \"n\"");
    assertThat(err.toString(UTF_8)).isEqualTo("kv: the quotes don't match\n");
    assertThat(exit).isEqualTo(CommandLine.FAILED);
  }

  @Test
  @DisplayName(
      "one command may stand in the arguments; the exit code says whether its reply is an error")
  void once() {
    assertThat(pipe("", "--servers", address(), "set", "a", "--help")).isEqualTo(CommandLine.OK);
    assertThat(pipe("", "--servers", address(), "get", "a")).isEqualTo(CommandLine.OK);
    assertThat(pipe("", "--servers", address(), "get")).isEqualTo(CommandLine.FAILED);
    assertThat(printed())
        .containsExactly(
            "OK", "\"--help\"", "(error) ERR wrong number of arguments for 'get' command");
  }

  @Test
  @DisplayName("text of several lines is shown as lines")
  void lines() {
    assertThat(pipe("info raft\ncluster nodes\n", "--servers", address()))
        .isEqualTo(CommandLine.OK);
    assertThat(out.toString(UTF_8)).contains("# Raft").contains("\nrole:leader").contains("slave");
    assertThat(CliText.of(Reply.NO_ARRAY)).isEqualTo("(nil)");
    assertThat(CliText.of(new Reply.Bulk(Bytes.of("line\n\t")))).isEqualTo("\"line\\n\\t\"");
  }

  @Test
  @DisplayName("it goes where MOVED says")
  void moved() {
    int leaderPort = server.server().port();
    try (TestServer leader = server;
        TestServer follower = TestServer.start(settings -> settings
            .redirect(true)
            .clientAddresses(Map.of("n1", "127.0.0.1:1", "n2", "127.0.0.1:" + leaderPort)))) {
      follower.backend().setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.empty());
      int exit =
          pipe("set a 1\nget a\n", "--servers", "127.0.0.1:" + follower.server().port());
      assertThat(exit).isEqualTo(CommandLine.OK);
      assertThat(printed()).containsExactly("OK", "\"1\"");
      assertThat(leader.backend().proposed()).hasSize(1);
      assertThat(follower.backend().proposed()).isEmpty();
    }
  }

  @Test
  @DisplayName("a server that can't be reached is said once, and another one of the list is asked")
  void unreachable() {
    // Below 1024 nobody listens by chance.
    String nobody = "127.0.0.1:1";
    assertThat(pipe("ping\n", "--servers", nobody)).isEqualTo(CommandLine.FAILED);
    assertThat(err.toString(UTF_8)).startsWith("kv: can't connect to " + nobody);
    assertThat(pipe("ping\n", "--servers", nobody + "," + address())).isEqualTo(CommandLine.OK);
    assertThat(printed()).endsWith("PONG");
    assertThatThrownBy(() -> pipe("", "--servers", "nonsense"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not host:port");
    assertThatThrownBy(() -> pipe("", "--bogus")).isInstanceOf(UsageException.class);
  }

  @Test
  @DisplayName("help lists every command, or tells of some")
  void help() {
    assertThat(pipe("help\n", "--servers", address())).isEqualTo(CommandLine.OK);
    assertThat(printed()).hasSize(COMMANDS.names().size() + 1);
    out.reset();
    assertThat(pipe("help GETEX nosuch\n", "--servers", address())).isEqualTo(CommandLine.OK);
    assertThat(printed())
        .containsExactly(
            "getex        Answers the value of a key and changes when it expires.",
            "nosuch       no such command");
  }

  /** Types keys at a terminal of that kind, and answers what the terminal was sent. */
  private String type(String kind, String keys) throws IOException {
    return type(kind, keys, folder.resolve("history"));
  }

  private String type(String kind, String keys, Path history) throws IOException {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    PipedInputStream keyboard = new PipedInputStream(1 << 16);
    try (OutputStream typist = new PipedOutputStream(keyboard)) {
      typist.write(keys.getBytes(UTF_8));
      typist.flush();
      Terminal terminal = TerminalBuilder.builder()
          .system(false)
          .streams(keyboard, screen)
          .type(kind)
          .encoding(UTF_8)
          .build();
      int exit = new CliCommand(
              console,
              (options, commands) -> new TypedLines(terminal, options.history(), commands, console))
          .run(List.of("--servers", address(), "--history", history.toString()));
      assertThat(exit).isEqualTo(CommandLine.OK);
    }
    return screen.toString(UTF_8);
  }

  @Test
  @DisplayName(
      "at a terminal names are completed, quotes reach the server, and lines are remembered for the next time")
  void typing() throws IOException {
    String screen = type(
        "xterm",
        "SE\tT color \"two words\"\rstrl\tcolor\rauth secret\r"
            + " Auth secret\r\"aUTH\" secret\rHello 2 auth default secret\rquit\r");
    assertThat(screen).contains(address() + "> ");
    assertThat(printed()).startsWith("OK", "(integer) 9");
    assertThat(out.toString(UTF_8)).contains("\"server\"");
    out.reset();

    // Up twice, past the last one, leads to the line before; what was not remembered is not there.
    type("xterm", "\033OA\033OA\rquit\r");
    assertThat(printed()).containsExactly("(integer) 9");
    assertThat(Files.readString(folder.resolve("history")))
        .contains("two words")
        .doesNotContain("secret");
  }

  @Test
  @DisplayName(
      "pasted lines are commands one by one, keep their tabs, and none is remembered if one of them has a password")
  void pasting() throws IOException {
    String screen =
        type("xterm", "\033[200~set a \"1\t2\"\rset b 2\rauth u secret\033[201~\rstrlen a\rquit\r");
    assertThat(screen).as("it is asked to mark what is pasted").contains("\033[?2004h");
    assertThat(printed()).startsWith("OK", "OK").contains("(integer) 3");
    assertThat(Files.readString(folder.resolve("history")))
        .contains("strlen a")
        .doesNotContain("secret");
  }

  @Test
  @DisplayName(
      "a password isn't remembered either if line breaks were typed in between, by ctrl-V ctrl-J")
  void passwordsInSeveralLines() throws IOException {
    type(
        "xterm",
        "get \026\ncolor\rauth u \026\nsecret\rauth\026\nsecret\r\026\nauth secret\rquit\r");
    assertThat(Files.readString(folder.resolve("history")))
        .contains("color")
        .doesNotContain("secret");
  }

  @Test
  @DisplayName(
      "a transaction goes on after a DISCARD or RESET that was refused, and ends with any EXEC")
  void endsOfTransactions() {
    List<String> lines = List.of(
        "multi",
        "discard x",
        "reset x",
        "discard",
        "multi",
        "reset",
        "multi",
        "exec x",
        "multi",
        "exec",
        "quit");
    List<Boolean> inTransaction = new ArrayList<>();
    Iterator<String> next = lines.iterator();
    CliCommand.Lines typed = new CliCommand.Lines() {
      @Override
      public Bytes next(String prompt) {
        inTransaction.add(prompt.contains("(TX)"));
        return Bytes.of(next.next());
      }

      @Override
      public void close() {
        // There is nothing to close.
      }
    };
    new CliCommand(console, (options, commands) -> typed).run(List.of("--servers", address()));
    assertThat(inTransaction)
        .containsExactly(false, true, true, true, false, true, false, true, false, true, false);
  }

  @Test
  @DisplayName(
      "lines that can't be remembered are told of in one line, and everything else goes on")
  void historyThatCanNotBeWritten() throws IOException {
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      type("dumb", "set color green\nget color\nquit\n", folder);
    } finally {
      System.setErr(before);
    }
    assertThat(printed()).containsExactly("OK", "\"green\"");
    assertThat(err.toString(UTF_8).lines())
        .singleElement(STRING)
        .startsWith("kv: can't ")
        .contains(folder.toString());
    assertThat(logged.toString(UTF_8)).isEmpty();
  }

  @Test
  @DisplayName("input that can't be read ends it with one line")
  void inputThatCanNotBeRead() {
    CliCommand.Lines broken = new CliCommand.Lines() {
      @Override
      public Bytes next(String prompt) throws IOException {
        throw new IOException("no such device");
      }

      @Override
      public void close() {
        // There is nothing to close.
      }
    };
    assertThat(new CliCommand(console, (options, commands) -> broken)
            .run(List.of("--servers", address())))
        .isEqualTo(CommandLine.FAILED);
    assertThat(err.toString(UTF_8).lines())
        .containsExactly("kv: can't read commands any more: java.io.IOException: no such device");
  }

  @Test
  @DisplayName("a terminal that can do nothing is enough")
  void dumbTerminals() throws IOException {
    type("dumb", "set color green\nget color\nquit\n");
    assertThat(printed()).containsExactly("OK", "\"green\"");
  }
}
