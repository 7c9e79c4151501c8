package io.github.balsaraft.examples.kv.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * What {@code kv demo} was asked to do. The folder remembers how many servers it has and on which ports, so that a second
 * start needs no arguments but the folder.
 *
 * @param layout the servers
 * @param data the folder of all; each server has one in it
 * @param engine where the servers have their state
 * @param passedOn further options, passed on to each server
 */
record DemoOptions(ClusterLayout layout, Path data, StateEngine engine, List<String> passedOn) {

  private static final int MOST_NODES = 9;
  private static final int USUAL_NODES = 3;
  private static final int USUAL_BASE_PORT = 7001;
  private static final int RAFT_PORTS_ABOVE = 1000;

  private static final Set<String> VALUED =
      Set.of("--nodes", "--data", "--engine", "--base-port", "--raft-base-port", "--max-value");

  DemoOptions {
    passedOn = List.copyOf(passedOn);
  }

  static DemoOptions parse(List<String> words) {
    Arguments arguments = Arguments.parse("demo", words, VALUED, Set.of("--redirect"));
    Path data = NodeOptions.folder(arguments, arguments.text("--data").orElse("data/kv-demo"));
    Properties memory = recall(data);
    int remembered = recalled(data, memory, "nodes", MOST_NODES, 0);
    int nodes =
        arguments.number("--nodes", 1, MOST_NODES, remembered > 0 ? remembered : USUAL_NODES);
    if (remembered > 0 && remembered != nodes) {
      throw arguments.wrong(data + " holds a demo of " + remembered
          + " servers; leave --nodes out, or choose another --data");
    }
    StateEngine engine = engine(arguments, data, memory);
    int rememberedPort = recalled(data, memory, "basePort", 65_535 - nodes, USUAL_BASE_PORT);
    int basePort = arguments.number("--base-port", 1, 65_535 - nodes, rememberedPort);
    int rememberedRaftPort =
        recalled(data, memory, "raftBasePort", 65_535 - nodes, basePort + RAFT_PORTS_ABOVE);
    int usualRaftPort = arguments.text("--base-port").isPresent()
        ? basePort + RAFT_PORTS_ABOVE
        : rememberedRaftPort;
    int raftBasePort = arguments.number(
        "--raft-base-port", 1, 65_535 - nodes, Math.min(usualRaftPort, 65_535 - nodes));
    if (Math.abs(raftBasePort - basePort) < nodes) {
      throw arguments.wrong("the ports of --base-port and --raft-base-port overlap");
    }
    arguments.bytes(
        "--max-value",
        1024,
        NodeOptions.LARGEST_MAX_VALUE_BYTES,
        NodeOptions.DEFAULT_MAX_VALUE_BYTES);
    List<String> passedOn = new ArrayList<>();
    if (engine != StateEngine.MEMORY) {
      passedOn.addAll(List.of("--engine", engine.word()));
    }
    arguments
        .text("--max-value")
        .ifPresent(value -> passedOn.addAll(List.of("--max-value", value)));
    if (arguments.has("--redirect")) {
      passedOn.add("--redirect");
    }
    return new DemoOptions(
        ClusterLayout.onLoopback(nodes, basePort, raftBasePort), data, engine, passedOn);
  }

  /** That of the folder; a state is where it was. */
  private static StateEngine engine(Arguments arguments, Path data, Properties memory) {
    Optional<StateEngine> asked = NodeOptions.engine(arguments);
    String remembered = memory.getProperty("engine");
    if (remembered == null) {
      boolean isOld = memory.getProperty("nodes") != null;
      remembered =
          isOld ? StateEngine.MEMORY.word() : asked.orElse(StateEngine.MEMORY).word();
    }
    StateEngine engine;
    try {
      engine = StateEngine.ofName(remembered);
    } catch (IllegalArgumentException e) {
      throw new StartupException(data.resolve(DemoFolder.MEMORY) + " says: " + e.getMessage());
    }
    if (asked.isPresent() && asked.get() != engine) {
      throw arguments.wrong(data + " holds a demo with --engine " + engine.word()
          + "; leave --engine out, or choose another --data");
    }
    return engine;
  }

  /** Notes in the folder what a later start needs to know. */
  void remember() {
    Properties memory = new Properties();
    ClusterLayout.Server first = layout.servers().get(0);
    memory.setProperty("nodes", String.valueOf(layout.servers().size()));
    memory.setProperty("basePort", String.valueOf(first.redis().port()));
    memory.setProperty("engine", engine.word());
    memory.setProperty("raftBasePort", String.valueOf(first.raft().port()));
    try (Writer out = Files.newBufferedWriter(data.resolve(DemoFolder.MEMORY))) {
      memory.store(out, "Written by: kv demo");
    } catch (IOException e) {
      throw new StartupException("can't write to " + data + ": " + e.getMessage());
    }
  }

  /** The folder of one of the servers. */
  Path folderOf(ClusterLayout.Server server) {
    return data.resolve(server.id());
  }

  /** The arguments of {@code kv node} for one of the servers, as a person would type them. */
  List<String> nodeArguments(ClusterLayout.Server server) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("node", "--id", server.id(), "--cluster", layout.toString()));
    words.addAll(List.of("--data", folderOf(server).toString()));
    words.addAll(passedOn);
    return words;
  }

  private static Properties recall(Path data) {
    Properties memory = new Properties();
    Path file = data.resolve(DemoFolder.MEMORY);
    if (Files.isReadable(file)) {
      try (Reader in = Files.newBufferedReader(file)) {
        memory.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new StartupException("can't read " + file + ": " + e.getMessage());
      }
    }
    return memory;
  }

  /** Somebody may have edited the file. */
  private static int recalled(Path data, Properties memory, String name, int most, int otherwise) {
    String text = memory.getProperty(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same complaint as for a number out of range.
    }
    throw new StartupException(data.resolve(DemoFolder.MEMORY) + " says " + name + "=" + text
        + ", which is no number from 1 to " + most + "; correct it, or choose another --data");
  }
}
