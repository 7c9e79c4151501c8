package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written into logs must stay readable: the bytes are fixed here. */
class BatchTest {

  private static final Bytes KEY = Bytes.of("key");
  private static final Bytes VALUE = Bytes.wrap(new byte[] {0, (byte) 0xff, '\n'});

  private static final List<Operation> EVERY_OPERATION = List.of(
      new Operation.Get(KEY),
      new Operation.MultiGet(List.of(KEY, Bytes.EMPTY)),
      new Operation.Exists(List.of(KEY, KEY)),
      new Operation.CountKeys(),
      new Operation.Set(KEY, VALUE, Operation.Condition.ALWAYS, Bytes.EMPTY, false),
      new Operation.Set(KEY, VALUE, Operation.Condition.IF_ABSENT, Bytes.EMPTY, true),
      new Operation.Set(KEY, VALUE, Operation.Condition.IF_PRESENT, Bytes.EMPTY, false),
      new Operation.Set(KEY, VALUE, Operation.Condition.IF_EQUAL, Bytes.of("old"), true),
      new Operation.MultiSet(List.of(KEY, Bytes.EMPTY), List.of(VALUE, Bytes.EMPTY)),
      new Operation.Delete(List.of(KEY)),
      new Operation.Increment(KEY, Long.MIN_VALUE),
      new Operation.Append(KEY, VALUE, 300),
      new Operation.Announce(Bytes.of("n4"), Bytes.of("h:1")),
      new Operation.Set(
          KEY, VALUE, Operation.Condition.IF_EQUAL, Bytes.of("old"), true, Expiry.after(5000)),
      new Operation.Set(
          KEY, VALUE, Operation.Condition.ALWAYS, Bytes.EMPTY, false, Expiry.AS_BEFORE),
      new Operation.Length(KEY),
      new Operation.RefuseIfPresent(KEY, Answer.Refusal.INVALID_EXPIRE),
      new Operation.GetAndDelete(KEY),
      new Operation.Tick(),
      new ExpiryOperation.TimeToLive(KEY, ExpiryOperation.TimeForm.AT_SECONDS),
      new ExpiryOperation.Expire(
          KEY, Expiry.at(-1), new ExpiryOperation.Unless(true, false, false, true)),
      new ExpiryOperation.Persist(KEY),
      new ExpiryOperation.GetAndExpire(KEY, Expiry.NEVER),
      new ExpiryOperation.GetAndExpire(KEY, Expiry.at(300)),
      new SearchOperation.FindKeys(Bytes.of("*")),
      new SearchOperation.Scan(-1, Bytes.of("k?"), 10),
      new Transaction.Versions(List.of(KEY)),
      new Transaction(
          List.of(new Transaction.Watched(KEY, 300)), List.of(new Operation.Get(KEY)), 20),
      new Transaction(
          List.of(),
          List.of(new Operation.Delete(List.of(KEY)), new Operation.CountKeys()),
          1 << 24));

  /** Recorded once; a change here means that logs written before can't be read any more. */
  private static final String GOLDEN = "01c0843d1d"
      + "01036b6579"
      + "0202036b657900"
      + "0302036b6579036b6579"
      + "04"
      + "1000036b65790300ff0a"
      + "1009036b65790300ff0a"
      + "1002036b65790300ff0a"
      + "100b036b65790300ff0a036f6c64"
      + "1102036b6579000300ff0a00"
      + "1201036b6579"
      + "13036b6579ffffffffffffffffff01"
      + "14036b65790300ff0aac02"
      + "15026e3403683a31"
      + "102b036b65790300ff0a036f6c64904e"
      + "1010036b65790300ff0a"
      + "06036b6579"
      + "0a036b657904"
      + "19036b6579"
      + "1b"
      + "05036b657902"
      + "16036b6579030109"
      + "17036b6579"
      + "18036b657900"
      + "18036b657903d804"
      + "07012a"
      + "08ffffffffffffffffff01026b3f0a"
      + "0901036b6579"
      + "0b1401036b6579ac02" + "0101036b6579"
      + "1a8080800800" + "021201036b657904";

  @Test
  void theBytesAreThoseOfTheFirstVersion() {
    byte[] encoded = new Batch(EVERY_OPERATION, 1_000_000).encode(0);

    assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(GOLDEN);
  }

  @Test
  void everyOperationComesBackAsItWas() {
    assertThat(EVERY_OPERATION.stream().map(Object::getClass).distinct().count())
        .as("an operation is missing in this test")
        .isEqualTo(kindsOf(Operation.class));
    Batch batch = new Batch(EVERY_OPERATION, 1_000_000);

    assertThat(Batch.decode(ByteBuffer.wrap(batch.encode(10)))).isEqualTo(batch);
  }

  private static long kindsOf(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).mapToLong(BatchTest::kindsOf).sum()
        : 1;
  }

  @Test
  void bytesThatEndTooEarlyAreRefused() {
    byte[] encoded = HexFormat.of().parseHex(GOLDEN);
    for (int length = 0; length < encoded.length; length++) {
      ByteBuffer shortened = ByteBuffer.wrap(Arrays.copyOf(encoded, length));
      assertThatThrownBy(() -> Batch.decode(shortened)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void whatANewerVersionWroteIsRefusedAndNotSkipped() {
    assertThatThrownBy(() -> decode("020001" + "04"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("version 2");
    assertThatThrownBy(() -> decode("010001" + "0c")).hasMessageContaining("newer version");
    assertThatThrownBy(() -> decode("010001" + "1040" + "0161" + "0162"))
        .hasMessageContaining("newer version");
    assertThatThrownBy(() -> decode("010001" + "05" + "0161" + "04"))
        .hasMessageContaining("newer version");
    assertThatThrownBy(() -> decode("010001" + "16" + "0161" + "0302" + "10"))
        .hasMessageContaining("newer version");
    assertThatThrownBy(() -> decode("010001" + "16" + "0161" + "00" + "00"))
        .hasMessageContaining("without a time");
    assertThatThrownBy(() -> decode("010001" + "1a" + "0000" + "01" + "1a" + "0000" + "0104"))
        .as("a transaction in a transaction")
        .hasMessageContaining("newer version");
    assertThatThrownBy(() -> decode("010001" + "08" + "00" + "00" + "00"))
        .hasMessageContaining("in steps of 0");
    assertThatThrownBy(() -> decode("010001" + "0404")).hasMessageContaining("left behind");
    assertThatThrownBy(() -> decode("010000")).hasMessageContaining("empty");
  }

  /** A count is checked against what is there before anything of that size is allocated. */
  @Test
  void hugeCountsAreRefused() {
    assertThatThrownBy(() -> decode("0100" + "ffffffff07")).isInstanceOf(FormatException.class);
    assertThatThrownBy(() -> decode("010001" + "01" + "ffffffff07"))
        .isInstanceOf(FormatException.class);
    assertThatThrownBy(() -> decode("010001" + "02" + "ffffffffffffffffff01"))
        .isInstanceOf(FormatException.class);
  }

  private static Batch decode(String hex) {
    return Batch.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }
}
