package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
}
