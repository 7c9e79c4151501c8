package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeStatusTest {

  private final NodeStatus.Builder builder =
      NodeStatus.builder(GroupId.DEFAULT, new HostId("n1"), new ReplicaId(7));

  @Test
  void printsEveryValueByName() {
    String text = builder.staleness(Optional.of(Duration.ofMillis(35))).build().toString();
    List<String> names = Arrays.stream(NodeStatus.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .map(Method::getName)
        .filter(name -> !List.of("toString", "explanation").contains(name))
        .toList();
    assertThat(names).hasSizeGreaterThan(15).allMatch(name -> text.contains(name + "="));
    assertThat(text).contains("host=n1", "staleness=PT0.035S", "sinceLeaderContact=unknown");
  }

  @Test
  void explainsItselfByWhatItShows() {
    builder.term(4).explanation(status -> "term " + status.term());
    NodeStatus status = builder.build();
    builder.term(5);
    assertThat(status.explanation()).isEqualTo("term 4");
    assertThat(builder.build().explanation()).isEqualTo("term 5");
  }

  /** Else a status would show what a node is like before birth, or change after it was built. */
  @Test
  void aCopyOfTheValuesHasEachOfThem() throws IllegalAccessException {
    NodeStatusValues unset = values();
    NodeStatusValues set = values();
    List<Field> fields = Arrays.stream(NodeStatusValues.class.getDeclaredFields())
        .filter(field -> !Modifier.isFinal(field.getModifiers()) && !field.isSynthetic())
        .toList();
    for (Field field : fields) {
      field.set(set, sample(field.getType()));
    }
    NodeStatusValues copy = set.copy();
    for (Field field : fields) {
      assertThat(field.get(copy))
          .as(field.getName())
          .isNotEqualTo(field.get(unset))
          .isEqualTo(field.get(set));
    }
    assertThat(fields).hasSizeGreaterThan(20);
    assertThat(copy.toString()).isEqualTo(set.toString());
  }

  private static NodeStatusValues values() {
    return new NodeStatusValues(GroupId.DEFAULT, new HostId("n1"), new ReplicaId(7));
  }

  /** A value that no node has before birth. */
  private static Object sample(Class<?> type) {
    HostId host = new HostId("n2");
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[constants.length - 1];
    }
    return Stream.of(
            9L,
            true,
            "said",
            host,
            new ClusterIdentity(77, 1),
            Configuration.of(List.of(Member.voter(new ReplicaId(7), host, "n2:8001"))),
            Optional.of(Duration.ofMillis(35)),
            new NodeStatus.Counters(1, 2, 3, 4),
            new SnapshotStatus(
                true,
                2,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                3,
                "none"),
            new SessionsStatus(1, 2, 3, 4),
            List.of(host),
            (Function<NodeStatus, String>) NodeStatus::healthDetail)
        .filter(MethodType.methodType(type).wrap().returnType()::isInstance)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no sample of " + type));
  }
}
