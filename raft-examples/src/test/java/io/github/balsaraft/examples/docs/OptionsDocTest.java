package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.GroupBuilder;
import io.github.balsaraft.RaftHost;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.RaftNodeBuilder;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import io.github.balsaraft.transport.netty.NettyTransport;
import io.github.balsaraft.transport.netty.NettyTransportBuilder;
import io.github.balsaraft.transport.netty.RaftClient;
import io.github.balsaraft.transport.netty.RaftClientBuilder;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of options in docs/operations.md name every option of every builder, and its default. */
class OptionsDocTest {

  private static final DocumentedTables OPERATIONS = new DocumentedTables("docs/operations.md");

  /** Whose methods that return the builder itself are the options. */
  private static final List<Class<?>> BUILDERS = List.of(
      RaftOptions.Builder.class,
      SnapshotOptions.Builder.class,
      RaftNodeBuilder.class,
      RaftHost.Builder.class,
      GroupBuilder.class,
      NettyTransportBuilder.class,
      RocksDbLogStore.Builder.class,
      RaftClientBuilder.class);

  static Stream<Class<?>> builders() {
    return BUILDERS.stream();
  }

  @ParameterizedTest
  @MethodSource("builders")
  void everyOptionHasARow(Class<?> builder) {
    List<String> options = Stream.of(builder.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(method -> method.getReturnType() == builder)
        .map(Method::getName)
        .distinct()
        .toList();
    assertThat(options).isNotEmpty();
    assertThat(documented(builder).keySet()).containsExactlyInAnyOrderElementsOf(options);
  }

  @Test
  void everySettingOfASessionHasARow() {
    assertThat(documented(SessionOptions.class).keySet())
        .containsExactlyElementsOf(Stream.of(SessionOptions.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toList());
  }

  @Test
  void noBuilderIsForgotten() {
    assertThat(Stream.of("api", "transport", "storage")
            .flatMap(PublicTypes::under)
            .flatMap(type -> Stream.concat(Stream.of(type), Stream.of(type.getDeclaredClasses())))
            .filter(type -> Modifier.isPublic(type.getModifiers()))
            .filter(type -> type.getSimpleName().endsWith("Builder"))
            // Builds what is read, not what is set.
            .filter(type -> !type.getName().contains("NodeStatus"))
            .toList())
        .isNotEmpty()
        .isSubsetOf(BUILDERS);
  }

  @Test
  void theDefaultsOfRaftOptions() {
    RaftOptions defaults = RaftOptions.defaults();
    Map<String, String> table = documented(RaftOptions.Builder.class);
    assertThat(table)
        .containsEntry(
            "electionTimeout",
            text(defaults.electionTimeoutMin()) + " to " + text(defaults.electionTimeoutMax()))
        .containsEntry(
            "maxInflight",
            defaults.maxInflightMessages() + " messages, " + bytes(defaults.maxInflightBytes()));
    table.keySet().removeAll(List.of("electionTimeout", "maxInflight", "snapshots"));
    table.forEach((option, said) -> assertThat(said).as(option).isEqualTo(value(defaults, option)));
    assertThat(table).hasSizeGreaterThan(10);
  }

  @Test
  void theDefaultsOfSnapshotOptions() {
    SnapshotOptions defaults = SnapshotOptions.defaults();
    assertThat(defaults.maxWriteBytesPerSecond()).isZero();
    Map<String, String> table = documented(SnapshotOptions.Builder.class);
    assertThat(table)
        .containsEntry(
            "retained",
            count(defaults.retainedEntries()) + ", at most " + count(defaults.maxRetainedEntries()))
        .containsEntry("maxWriteBytesPerSecond", "no limit")
        .containsEntry("logRatio", String.format(Locale.ROOT, "%.0f", defaults.logRatio()));
    table.keySet().removeAll(List.of("retained", "maxWriteBytesPerSecond", "logRatio"));
    table.forEach((option, said) -> assertThat(said).as(option).isEqualTo(value(defaults, option)));
    assertThat(table).hasSizeGreaterThan(3);
  }

  @Test
  void theDefaultsOfSessionOptions() {
    documented(SessionOptions.class)
        .forEach((option, said) ->
            assertThat(said).as(option).isEqualTo(value(SessionOptions.defaults(), option)));
  }

  @Test
  void theDefaultsOfTheTransport() {
    NettyTransportBuilder builder = NettyTransport.builder();
    Map<String, String> table = documented(NettyTransportBuilder.class);
    assertThat(table)
        .containsEntry("bindAddress", "required")
        .containsEntry("advertisedAddress", "the same")
        .containsEntry("resolver", "the system's")
        .containsEntry(
            "reconnectDelay",
            field(builder, "minReconnectDelay") + " to " + field(builder, "maxReconnectDelay"))
        .containsEntry(
            "maxInboundConnections",
            field(builder, "maxInboundConnections") + ", of which "
                + field(builder, "maxPendingHandshakes") + " before their handshake");
    table
        .keySet()
        .removeAll(List.of(
            "bindAddress",
            "advertisedAddress",
            "resolver",
            "reconnectDelay",
            "maxInboundConnections"));
    table.forEach((option, said) -> assertThat(said).as(option).isEqualTo(field(builder, option)));
    assertThat(table).hasSizeGreaterThan(5);
  }

  @Test
  void theDefaultsOfTheLogStore() {
    RocksDbLogStore.Builder builder = RocksDbLogStore.builder();
    assertThat(documented(RocksDbLogStore.Builder.class))
        .containsEntry("directory", "required")
        .containsEntry("memtableBytes", field(builder, "memtableBytes"))
        .containsEntry("maxMemtables", field(builder, "maxMemtables"))
        .containsEntry("maxWalBytes", "2 x `memtableBytes`")
        .containsEntry("durability", field(builder, "durability"));
  }

  @Test
  void theDefaultsOfTheClient() {
    RaftClientBuilder builder = RaftClient.builder();
    assertThat(documented(RaftClientBuilder.class))
        .containsEntry("members", "required")
        .containsEntry("group", field(builder, "group").replaceAll("\\D", ""))
        .containsEntry("session", "all defaults")
        .containsEntry("attemptTimeout", field(builder, "attemptTimeout"))
        .containsEntry("maxPendingReadBytes", field(builder, "maxPendingReadBytes"))
        .containsEntry("maxFrameBytes", field(builder, "maxFrameBytes"));
  }

  @Test
  void theDefaultsOfHostAndNode() {
    RaftHost.Builder host = RaftHost.builder();
    assertThat(documented(RaftHost.Builder.class))
        .containsEntry("closeTimeout", field(host, "closeTimeout"))
        .containsEntry(
            "threads",
            field(host, "mailboxThreads") + " for mailboxes, " + field(host, "applyThreads")
                + " for state machines");
    assertThat(documented(RaftNodeBuilder.class))
        .containsEntry("closeTimeout", field(fieldOf(RaftNode.builder(), "host"), "closeTimeout"));
  }

  /** The rows of the section that is named after a type: option and default. */
  private static Map<String, String> documented(Class<?> type) {
    String name = type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    Map<String, String> table = new LinkedHashMap<>();
    OPERATIONS
        .section("### " + name)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(DocumentedTables::cells)
        .forEach(cells -> table.put(cells.get(0).replace("`", ""), cells.get(1)));
    return table;
  }

  private static String value(Object options, String name) {
    try {
      return text(name, options.getClass().getMethod(name).invoke(options));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no option " + name, e);
    }
  }

  private static String field(Object builder, String name) {
    return text(name, fieldOf(builder, name));
  }

  private static Object fieldOf(Object builder, String name) {
    try {
      Field field = builder.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(builder);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no option " + name, e);
    }
  }

  private static String text(String name, Object value) {
    if (value instanceof Duration duration) {
      return text(duration);
    }
    if (value instanceof Number number) {
      return name.contains("Bytes") ? bytes(number.longValue()) : count(number.longValue());
    }
    return value.toString();
  }

  private static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 86_400_000 == 0) {
      return millis == 86_400_000 ? "1 day" : millis / 86_400_000 + " days";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + " min";
    }
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  private static String bytes(long bytes) {
    if (bytes > 0 && bytes % (1 << 30) == 0) {
      return (bytes >> 30) + " GiB";
    }
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
