package io.github.balsaraft.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.ObservedMachine;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Three hosts for six seconds in which a little of everything happens: a crash, a restart, a partition, a pause, bad weather. */
final class EventfulRun {

  static final List<Founder> FOUNDERS =
      Stream.of("n1", "n2", "n3").map(Founder::parse).toList();

  private static final Weather BAD =
      new Weather(0.2, 0.2, 0.1, 0.2, VirtualTime.MICROS, VirtualTime.MILLIS, VirtualTime.SECONDS);

  private final World world;
  private final VirtualTime time;

  private EventfulRun(long seed, Observer observer, Consumer<VirtualTime> clock) {
    world = new World(seed, observer);
    time = world.time();
    clock.accept(time);
    FOUNDERS.forEach(founder -> world.add(founder.host()));
  }

  /** Lets it happen before this observer, to which the clock is given first. */
  static void happens(long seed, Observer observer, Consumer<VirtualTime> clock) {
    EventfulRun run = new EventfulRun(seed, observer, clock);
    FOUNDERS.forEach(founder -> run.start(founder.host()));
    for (int i = 1; i <= 100; i++) {
      String command = "command " + i;
      HostId host = FOUNDERS.get(i % 3).host();
      run.time.at(i * 50L * VirtualTime.MILLIS, () -> run.propose(host, command));
    }
    run.troubles();
    run.time.runFor(6 * VirtualTime.SECONDS);
  }

  private void troubles() {
    HostId n1 = FOUNDERS.get(0).host();
    HostId n2 = FOUNDERS.get(1).host();
    HostId n3 = FOUNDERS.get(2).host();
    time.at(2 * VirtualTime.SECONDS, () -> world.host(n1).crash());
    time.at(2500 * VirtualTime.MILLIS, () -> start(n1));
    time.at(3 * VirtualTime.SECONDS, () -> world.network().cut(n2, n3));
    time.at(3500 * VirtualTime.MILLIS, () -> world.network().join(n2, n3));
    time.at(4 * VirtualTime.SECONDS, () -> world.host(n3).pauseFor(300 * VirtualTime.MILLIS));
    time.at(4500 * VirtualTime.MILLIS, () -> world.network().weather(BAD));
  }

  private void start(HostId host) {
    world
        .host(host)
        .start(
            new BirthPlan(BirthPlan.Kind.BOOTSTRAP, FOUNDERS),
            RaftOptions.defaults(),
            ObservedMachine.of(new RecordingMachine()));
  }

  private void propose(HostId host, String command) {
    SimulatedHost.Life life = world.host(host).life();
    if (life != null) {
      var unused = life.node().propose(command.getBytes(UTF_8));
    }
  }
}
