package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  private static Options parse(String line) {
    return Options.parse(line.isEmpty() ? List.of() : List.of(line.split(" ", -1)));
  }

  @Test
  void defaultsAreThoseOfTheOtherHarness() {
    Options options = parse("--mode write");
    assertThat(options.system()).isEqualTo("balsa");
    assertThat(options.variant()).isEqualTo("netty");
    assertThat(options.nodes()).isEqualTo(3);
    assertThat(options.payloadBytes()).isEqualTo(256);
    assertThat(options.outstanding()).isEqualTo(256);
    assertThat(options.warmupSeconds()).isEqualTo(10);
    assertThat(options.measuredSeconds()).isEqualTo(15);
    assertThat(options.isDurable()).isTrue();
    assertThat(options.snapshots()).isTrue();
    assertThat(options.rounds()).isEqualTo(10);
    assertThat(options.readers()).isEqualTo("leader");
    assertThat(options.silent()).isFalse();
    assertThat(options.entriesOr(7)).isEqualTo(7);
    assertThat(options.electionMillisOr(1000)).isEqualTo(1000);
  }

  @Test
  void aCatchUpIsWithoutSnapshotsUnlessTheyAreAskedFor() {
    assertThat(parse("--mode catchup").snapshots()).isFalse();
    assertThat(parse("--mode catchup --snapshots true").snapshots()).isTrue();
  }

  @Test
  void everythingCanBeSaid() {
    Options options = parse("--system balsa --mode failover --variant netty --nodes 5 --payload=128"
        + " --outstanding 1024 --warmup 0 --seconds 3 --fsync false --snapshots false --entries 9 --minutes 6 --groups 4 --rounds 20"
        + " --election-ms 150 --readers follower --silent --idle 2 --port 17000 --dir /data/bench");
    assertThat(options)
        .isEqualTo(new Options(
            "balsa",
            "failover",
            "netty",
            5,
            128,
            1024,
            0,
            3,
            false,
            false,
            9,
            6,
            4,
            20,
            150,
            "follower",
            true,
            2,
            17000,
            Path.of("/data/bench")));
    assertThat(options.isDurable()).isFalse();
    assertThat(parse("--silent false --mode failover").silent()).isFalse();
  }

  @Test
  void whatIsKeptInMemoryIsNeverCalledDurable() {
    assertThat(parse("--variant memory").isDurable()).isFalse();
  }

  @Test
  void aLimitIsNamedByItsVariantToo() {
    Options limit = parse("--variant rocksdb-packed");
    assertThat(limit.system()).isEqualTo("limit");
    assertThat(parse("--system limit").variant()).isEqualTo("rocksdb-packed");
  }

  @ParameterizedTest
  @CsvSource({
    "--mode fly, --mode is one of write",
    "--variant grpc, --variant is one of netty",
    "--system limit --mode read, --mode is one of write",
    "--system jraft, --system is one of balsa",
    "--payload 0, --payload takes a number of at least 1",
    "--payload many, --payload takes a number",
    "--fsync maybe, --fsync takes true or false",
    "--fsync, --fsync needs a value",
    "--colour red, unknown option --colour",
    "write, unknown argument write",
    "--readers nobody, --readers is one of leader"
  })
  void whatMakesNoSenseIsRefusedWithAHint(String line, String complaint) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(complaint)
        .hasMessageEndingWith("bench help");
  }
}
