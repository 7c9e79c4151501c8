package io.github.balsaraft.examples.kv.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.resp.Inbound.Broken;
import io.github.balsaraft.examples.kv.resp.Inbound.Foreign;
import io.github.balsaraft.examples.kv.resp.Inbound.Refused;
import io.github.balsaraft.examples.kv.resp.Inbound.Request;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From bytes to requests, with everything that a client may do wrong. */
class RespPipelineTest {

  private static final RespLimits LIMITS = new RespLimits(100, 200, 50);

  private final MemoryBudget budget = new MemoryBudget(100_000);
  private final EmbeddedChannel channel = newChannel();

  private EmbeddedChannel newChannel() {
    EmbeddedChannel made = new EmbeddedChannel();
    RespPipeline.addTo(made.pipeline(), LIMITS, budget);
    return made;
  }

  @AfterEach
  void nothingIsKept() {
    received();
    channel.finishAndReleaseAll();
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void requestsMayArriveByteByByte() {
    String bytes =
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n*1\r\n$0\r\n\r\n*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n";
    for (int i = 0; i < bytes.length(); i++) {
      write(bytes.substring(i, i + 1));
    }

    assertThat(received()).containsExactly("SET k a\r\nb", "", "PING");
  }

  @Test
  void inlineCommandsMayEndWithABareLineFeedAndHoldAnyBytes() {
    write("PING\nset k \"a\\x00\\n\\\"b\" \r\n\r\n   \nget '\\'k\\\\n'\n");
    write("get k\u00e9\u00ff");
    write("\r\n");

    assertThat(received())
        .containsExactly("PING", "set k a\0\n\"b", "get 'k\\\\n", "get k\u00e9\u00ff");
  }

  /** It is no command, and the server says so; it is no noise either. */
  @Test
  void theNameOfAnInlineCommandMayHaveAnyLetters() {
    write("\u00e9t\u00e9 1\r\nPING\r\n");

    assertThat(received()).containsExactly("\u00e9t\u00e9 1", "PING");
  }

  @Test
  void inlineCommandsAndArraysMayFollowEachOther() {
    write("PING\r\n*1\r\n$4\r\nPING\r\nECHO x\r\n*1\r\n$4\r\nQUIT\r\n");

    assertThat(received()).containsExactly("PING", "PING", "ECHO x", "QUIT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*1^:4^ | expected '$', got ':'",
        "*1^+OK^ | expected '$', got '+'",
        "*1^-ERR^ | expected '$', got '-'",
        "*2^*1^ | expected '$', got '*'",
        "*1^PING^ | expected '$', got 'P'",
        "$4^PING^ | expected '*', got '$'",
        ":1^ | expected '*', got ':'",
        "*x^ | invalid multibulk length",
        "*-2^ | invalid multibulk length",
        "*51^ | invalid multibulk length",
        "*99999999999999999999999^ | invalid multibulk length",
        "*1^$-1^ | invalid bulk length",
        "*1^$x^ | invalid bulk length",
        "*1^$600000000^ | invalid bulk length",
        "*1^$4^PINGxx | expected CR LF",
        "set \"a^ | unbalanced quotes in request",
        "set 'a'b^ | unbalanced quotes in request",
        "x\u0003\u0001 x^ | this is not the Redis protocol",
      })
  void whatIsNotTheProtocolBreaksTheConnection(String bytes, String reason) {
    write("PING\r\n");
    write(bytes.replace("^", "\r\n"));
    write("*1\r\n$4\r\nPING\r\n");

    assertThat(received()).containsExactly("PING", "!ERR Protocol error: " + reason);
  }

  /** A page could have lured it into that. As an array nobody sends it by mistake, but Redis looks at the name alone. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1^",
        "Host: localhost^",
        "*2^$4^Post^$1^/^",
        "*1^$5^hOST:^",
        "*1^$6^POST\0x^",
      })
  void whatABrowserSendsEndsTheConnectionWithoutAWord(String bytes) {
    write("PING\r\n");
    write(bytes.replace("^", "\r\n"));
    write("*1\r\n$4\r\nPING\r\n");

    assertThat(received()).containsExactly("PING", "/sends HTTP");
  }

  @Test
  void aCommandMayHaveAWordThatABrowserSends() {
    write("ECHO POST\r\n*2\r\n$4\r\nECHO\r\n$5\r\nHost:\r\n");

    assertThat(received()).containsExactly("ECHO POST", "ECHO Host:");
  }

  @Test
  void verticalTabsAndFormFeedsAreBlanksBetweenWordsOnly() {
    write("set a x\u000by\r\n\f set \u000b\"b\"\u000b\f1\f\r\n\u000b\r\necho a\f\"b\"\f\r\n");

    assertThat(received()).containsExactly("set a x\u000by", "set b 1\f", "echo a\fb");
  }

  @Test
  void anEndlessLineBreaksTheConnection() {
    for (int i = 0; i < 70; i++) {
      write("a".repeat(1000));
    }

    assertThat(received()).containsExactly("!ERR Protocol error: too big inline request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* | invalid multibulk length",
        "*1^$ | invalid bulk length",
      })
  void anEndlessNumberBreaksTheConnection(String begin, String reason) {
    write(begin.replace("^", "\r\n"));
    for (int i = 0; i < 70; i++) {
      write("1".repeat(1000));
    }

    assertThat(received()).containsExactly("!ERR Protocol error: " + reason);
  }

  /**
   * The connection may stay for as long as its client doesn't take the replies to what it had asked before. It is Netty's decoder that keeps
   * nothing then; should another version of it do so, something has to stand before it.
   */
  @Test
  void nothingIsGatheredBehindAProtocolError() {
    UnpooledByteBufAllocator own = new UnpooledByteBufAllocator(false);
    channel.config().setAllocator(own);
    write("*1\r\n$4\r\nPING\r\n*x\r\n");
    assertThat(received()).hasSize(2);
    for (int i = 0; i < 100; i++) {
      write("a".repeat(10_000));
    }

    assertThat(own.metric().usedHeapMemory() + own.metric().usedDirectMemory()).isLessThan(100_000);
    assertThat(received()).isEmpty();
  }

  @Test
  void aValueOverTheLimitIsSkippedAndTheConnectionGoesOn() {
    write("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n");
    for (int i = 0; i < 100; i++) {
      write("*1\r\n$4\r\nPING\r\n".repeat(100).substring(0, 1000));
      assertThat(budget.usedBytes()).as("bytes kept of what is thrown away").isZero();
    }
    write("\r\n*1\r\n$4\r\nPING\r\n");

    assertThat(received())
        .containsExactly(
            "?ERR a value of 100000 bytes is larger than the limit of 100 bytes (see --max-value)",
            "PING");
  }

  @Test
  void manyArgumentsThatAreTooMuchTogetherAreSkippedAsWell() {
    write("*5\r\n$4\r\nMSET\r\n" + ("$90\r\n" + "v".repeat(90) + "\r\n").repeat(4)
        + "*1\r\n$1\r\nx\r\n");

    assertThat(received())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("?ERR a command of ")
        .contains("larger than the limit of 200 bytes");
  }

  @Test
  void withoutRoomInTheBudgetRequestsAreRefusedAndTheConnectionGoesOn() {
    assertThat(budget.tryTake(99_990, 1)).isTrue();
    write("*1\r\n$4\r\nPING\r\nPING\r\n");
    budget.giveBack(99_990);
    write("*1\r\n$4\r\nPING\r\n");

    assertThat(received()).hasSize(3).last().isEqualTo("PING");
  }

  /** Announcing much costs nothing: memory grows with what arrives. */
  @Test
  void memoryGrowsWithWhatArrivesOnly() {
    EmbeddedChannel large = new EmbeddedChannel();
    MemoryBudget own = new MemoryBudget(1 << 30);
    RespPipeline.addTo(large.pipeline(), RespLimits.forValuesOf(64 << 20), own);
    large.writeInbound(latin1("*1000000\r\n$60000000\r\nabc"));

    assertThat(own.usedBytes()).isLessThan(100_000);

    large.finishAndReleaseAll();
    assertThat(own.usedBytes()).isZero();
  }

  /** Random bytes, seeded: whatever comes, either requests result or the connection breaks, and nothing leaks. */
  @Test
  void noiseNeverGetsThrough() {
    String alphabet = "*$:+-0123456789\r\n\"'\\ abcSETGET\0\u00ff";
    for (long seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      EmbeddedChannel noisy = newChannel();
      for (int chunk = 0; chunk < 5; chunk++) {
        StringBuilder bytes = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
          bytes.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        noisy.writeInbound(latin1(bytes.toString()));
        noisy.checkException();
      }
      for (Object message = noisy.readInbound(); message != null; message = noisy.readInbound()) {
        if (message instanceof Request request) {
          assertThat(request.words()).as("seed " + seed).isNotEmpty();
          budget.giveBack(request.bytes());
        } else {
          assertThat(message).as("seed " + seed).isInstanceOf(Inbound.class);
        }
      }
      noisy.finishAndReleaseAll();
      assertThat(budget.usedBytes()).as("seed " + seed).isZero();
    }
  }

  private static Object latin1(String bytes) {
    return Unpooled.copiedBuffer(bytes.getBytes(ISO_8859_1));
  }

  private void write(String bytes) {
    channel.writeInbound(latin1(bytes));
  }

  private List<String> received() {
    List<String> texts = new ArrayList<>();
    for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
      if (message instanceof Request request) {
        texts.add(request.words().stream().map(Bytes::latin1).collect(Collectors.joining(" ")));
        budget.giveBack(request.bytes());
      } else if (message instanceof Refused refused) {
        texts.add("?" + refused.error());
      } else if (message instanceof Broken broken) {
        texts.add("!" + broken.error());
      } else if (message instanceof Foreign foreign) {
        texts.add("/" + foreign.why());
      } else {
        texts.add("unexpected " + message);
      }
    }
    return texts;
  }
}
