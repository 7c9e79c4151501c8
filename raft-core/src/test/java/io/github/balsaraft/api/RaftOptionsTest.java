package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaftOptionsTest {

  private static final RaftOptions CHANGED = RaftOptions.builder()
      .electionTimeout(Duration.ofMillis(1500), Duration.ofMillis(2500))
      .heartbeatInterval(Duration.ofMillis(50))
      .maxCommandBytes(4096)
      .maxMessageBytes(8192)
      .maxInflight(7, 16384)
      .maxUncommittedBytes(5000)
      .maxPendingProposalBytes(5001)
      .maxPendingReadBytes(5004)
      .maxApplyQueueBytes(5002)
      .logWindowBytes(5003)
      .requestTimeout(Duration.ofSeconds(7))
      .forwardProposals(true)
      .failureHints(false)
      .snapshots(SnapshotOptions.builder().minLogBytes(5005).build())
      .build();

  private static List<Method> settings() {
    return Arrays.stream(RaftOptions.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !List.of("hashCode", "toString", "toBuilder").contains(method.getName()))
        .toList();
  }

  @Test
  void aCopyHasEverySetting() throws Exception {
    RaftOptions copy = CHANGED.toBuilder().build();
    for (Method setting : settings()) {
      Object value = setting.invoke(CHANGED);
      assertThat(value)
          .as("%s was changed above", setting.getName())
          .isNotEqualTo(setting.invoke(RaftOptions.defaults()));
      assertThat(setting.invoke(copy)).as(setting.getName()).isEqualTo(value);
      assertThat(CHANGED.toString()).contains(setting.getName() + "=" + value);
    }
    assertThat(copy).isEqualTo(CHANGED).hasSameHashCodeAs(CHANGED).isNotSameAs(CHANGED);
  }

  @Test
  void oneOtherSettingMakesThemDiffer() {
    assertThat(CHANGED)
        .isNotEqualTo(CHANGED.toBuilder().failureHints(true).build())
        .isNotEqualTo(RaftOptions.defaults());
    assertThat(RaftOptions.defaults()).isEqualTo(RaftOptions.builder().build());
  }

  @Test
  void aBuilderThatGoesOnDoesNotChangeWhatItHasBuilt() {
    RaftOptions.Builder builder = CHANGED.toBuilder();
    RaftOptions built = builder.build();
    builder.maxCommandBytes(17);
    assertThat(built.maxCommandBytes()).isEqualTo(4096);
    assertThat(CHANGED.maxCommandBytes()).isEqualTo(4096);
  }
}
