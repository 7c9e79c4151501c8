package io.github.balsaraft.examples.kv.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.state.Bytes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashSlotTest {

  /** The first is the check value of the CRC in the specification of Redis Cluster, the others come from CLUSTER KEYSLOT. */
  @ParameterizedTest
  @CsvSource({
    "123456789,12739",
    "foo,12182",
    "'',0",
    "{foo}.bar,12182",
    "x{foo}y{bar},12182",
    "foo{}{bar},8363",
    "foo{{bar}}zap,4015",
    "foo{bar,15278",
  })
  void isThatOfRedisCluster(String key, int slot) {
    assertThat(HashSlot.of(Bytes.of(key))).isEqualTo(slot);
  }
}
