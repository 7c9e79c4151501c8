package io.github.balsaraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.GoldenBytes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The small stored records: their bytes never change, and no damage to them goes unnoticed. */
class StoredRecordsTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/stored-records.txt");

  private record Sample(
      String name, Object value, Supplier<byte[]> encoder, Function<byte[], Object> decoder) {
    byte[] stored() {
      return encoder.get();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sample> samples() {
    ReplicaId n1 = new ReplicaId(0x0102030405060708L);
    ReplicaId n2 = new ReplicaId(-2);
    HostRecord unborn = new HostRecord(new HostId("n1"), 0x1122334455667788L, null);
    HostRecord member = new HostRecord(
        new HostId("host-2.example_org"), Long.MIN_VALUE, new ClusterIdentity(0x7fL << 56, 3));
    Configuration simple = Configuration.of(List.of(
        Member.voter(n1, new HostId("n1"), "10.0.0.1:7400"),
        Member.learner(n2, new HostId("n2"), "[2001:db8::1]:7400")));
    Configuration target = Configuration.of(List.of(
        new Member(n2, new HostId("n2"), "n2:1", MemberRole.VOTER, false, 0, 0),
        new Member(
            new ReplicaId(77),
            new HostId("n3"),
            "h\u00f6st:65535",
            MemberRole.VOTER,
            false,
            255,
            3_600_000)));
    return Stream.of(
        hardState("hard-state-initial", HardState.INITIAL),
        hardState("hard-state-without-vote", new HardState(7, null)),
        hardState("hard-state-with-vote", new HardState(Long.MAX_VALUE, n2)),
        hostRecord("host-without-cluster", unborn),
        hostRecord("host-in-cluster", member),
        replicaRecord("replica-unborn", new ReplicaRecord(n1, ReplicaRecord.State.UNBORN)),
        replicaRecord("replica-member", new ReplicaRecord(n2, ReplicaRecord.State.MEMBER)),
        configuration("configuration-empty", Configuration.EMPTY),
        configuration("configuration-simple", simple),
        configuration("configuration-joint", simple.jointTowards(target, 9)),
        configuration(
            "configuration-after-joint",
            simple
                .jointTowards(target.withLeaseRules(LeaseRules.permitted(900, 500)), 9)
                .leaveJoint(Long.MAX_VALUE)),
        snapshotHeader(
            "snapshot-header-simple", new SnapshotHeader(new EntryId(3, 70), 5, simple, 0, 0)),
        snapshotHeader(
            "snapshot-header-joint",
            new SnapshotHeader(
                new EntryId(Long.MAX_VALUE, Long.MAX_VALUE),
                Long.MAX_VALUE,
                simple.jointTowards(target, 9),
                9,
                1_700_000_000_000L)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isReadAsItWasWritten(Sample sample) {
    StoredForms.assertReadAs(sample.value, sample.stored(), sample.decoder);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anyDamageIsNoticed(Sample sample) {
    StoredForms.assertDamageIsNoticed(sample.stored(), sample.decoder);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void newerVersionIsNotTakenForDamage(Sample sample) {
    assertThatThrownBy(() -> sample.decoder.apply(StoredForms.withVersion(2, sample.stored())))
        .isInstanceOf(UnknownFormatException.class);
    assertThatThrownBy(() -> sample.decoder.apply(StoredForms.withVersion(255, sample.stored())))
        .isInstanceOf(UnknownFormatException.class);
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    Map<String, byte[]> actual = new LinkedHashMap<>();
    samples().forEach(sample -> actual.put(sample.name, sample.stored()));
    GoldenBytes.assertMatches(GOLDEN, "stored records of the model, version 1", actual);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() {
    Map<String, byte[]> golden = GoldenBytes.read(GOLDEN);
    assertThat(golden).hasSize((int) samples().count());
    samples()
        .forEach(sample ->
            StoredForms.assertReadAs(sample.value, golden.get(sample.name), sample.decoder));
  }

  private static Sample hardState(String name, HardState value) {
    return new Sample(name, value, value::encode, HardState::decode);
  }

  private static Sample hostRecord(String name, HostRecord value) {
    return new Sample(name, value, value::encode, HostRecord::decode);
  }

  private static Sample replicaRecord(String name, ReplicaRecord value) {
    return new Sample(name, value, value::encode, ReplicaRecord::decode);
  }

  private static Sample snapshotHeader(String name, SnapshotHeader value) {
    return new Sample(name, value, value::encode, SnapshotHeader::decode);
  }

  private static Sample configuration(String name, Configuration value) {
    return new Sample(name, value, value::encode, Configuration::decode);
  }
}
