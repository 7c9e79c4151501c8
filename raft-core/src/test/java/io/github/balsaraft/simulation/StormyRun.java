package io.github.balsaraft.simulation;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.ObservedMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A small cluster to which all sorts of things happen, so that the checks have something to see. */
final class StormyRun {

  private static final RaftOptions OPTIONS = RaftOptions.builder()
      .maxMessageBytes(1024)
      .maxInflight(4, 4096)
      .logWindowBytes(500)
      .forwardProposals(true)
      .build();
  private static final Weather BAD =
      new Weather(0.05, 0.05, 0.02, 0.05, 50_000, 2 * VirtualTime.MILLIS, 3 * VirtualTime.SECONDS);

  final Checks checks = new Checks();
  final Coverage coverage = new Coverage();
  final World world;
  private final Chance chance;
  private final List<HostId> hosts = new ArrayList<>();
  private final BirthPlan founding;

  /** How these end is not for the checks of a replica; here it is enough that somebody has asked. */
  private final List<CompletableFuture<?>> asked = new ArrayList<>();

  private long lastAttempt;

  StormyRun(long seed, int founders, int joiners) {
    world = new World(seed, new Witnesses(checks, coverage));
    chance = Chance.of(seed, "storm");
    List<Founder> founding = new ArrayList<>();
    for (int i = 1; i <= founders + joiners; i++) {
      HostId host = new HostId("n" + i);
      hosts.add(host);
      world.add(host);
      if (i <= founders) {
        founding.add(Founder.parse(host.name()));
      }
    }
    LeaseRules leases = new LeaseRules(true, 700, 500);
    this.founding = new BirthPlan(BirthPlan.Kind.BOOTSTRAP, founding, leases);
    for (int i = 0; i < founders; i++) {
      start(host(i), this.founding);
    }
    for (int i = founders; i < founders + joiners; i++) {
      start(host(i), new BirthPlan(BirthPlan.Kind.JOIN, founding));
    }
  }

  private SimulatedHost host(int number) {
    return world.host(hosts.get(number));
  }

  private SimulatedHost anyHost() {
    return world.host(chance.oneOf(hosts));
  }

  private void start(SimulatedHost host, BirthPlan birth) {
    host.start(birth, OPTIONS, new ObservedMachine(new Adder()));
  }

  /** Lets so much time pass, in which clients propose and read, and something breaks every half second or so. */
  void storm(int seconds) {
    world.network().weather(BAD);
    repeat(10 * VirtualTime.MILLIS, this::request);
    repeat(500 * VirtualTime.MILLIS, this::disturb);
    repeat(3 * VirtualTime.SECONDS, this::change);
    world.time().runUntil(() -> checks.violation() != null, seconds * VirtualTime.SECONDS);
  }

  private void repeat(long everyNanos, Runnable what) {
    world.time().in(chance.between(1, 2 * everyNanos), () -> {
      what.run();
      repeat(everyNanos, what);
    });
  }

  private void atSomeone(Consumer<SimulatedHost.Life> what) {
    SimulatedHost host = anyHost();
    if (host.isUp()) {
      what.accept(host.life());
    }
  }

  private void request() {
    atSomeone(life -> {
      if (chance.happens(0.2)) {
        ReadConsistency consistency =
            chance.happens(0.5) ? ReadConsistency.LINEARIZABLE : ReadConsistency.LEASE;
        asked.add(life.node().query(new byte[0], consistency));
      } else {
        ByteBuffer command =
            ByteBuffer.allocate(12).putLong(++lastAttempt).putInt(chance.below(10));
        asked.add(life.node().propose(command.array()));
      }
    });
  }

  private void disturb() {
    SimulatedHost host = anyHost();
    world.observer().onFault("at " + host.id());
    switch (chance.below(8)) {
      case 0, 1 -> {
        host.crash();
        later(() -> restart(host));
      }
      case 2 -> {
        SimulatedHost other = anyHost();
        world.network().cut(host.id(), other.id());
        later(() -> world.network().join(host.id(), other.id()));
      }
      case 3 -> {
        hosts.forEach(other -> world.network().cut(host.id(), other));
        hosts.forEach(other -> world.network().cut(other, host.id()));
        later(() -> {
          hosts.forEach(other -> world.network().join(host.id(), other));
          hosts.forEach(other -> world.network().join(other, host.id()));
        });
      }
      case 4 -> host.pauseFor(chance.between(1, 4 * VirtualTime.SECONDS));
      case 5 -> host.pace().stallDisk(chance.between(1, 2 * VirtualTime.SECONDS));
      case 6 -> {
        host.disk().failNextWrite(chance.oneOf(List.of(Disk.Failure.values())));
        later(() -> restart(host));
      }
      default -> host.clock().jump(chance.between(-5000, 5000));
    }
  }

  private void later(Runnable what) {
    world.time().in(chance.between(1, 3 * VirtualTime.SECONDS), what);
  }

  private void restart(SimulatedHost host) {
    host.crash();
    host.disk().recover();
    start(host, founding);
  }

  private void change() {
    HostId about = chance.oneOf(hosts);
    AddOptions learner = AddOptions.learner().withTimeLimit(Duration.ofSeconds(5));
    Duration limit = Duration.ofSeconds(5);
    ConfigurationChange change = switch (chance.below(5)) {
      case 0 -> new ConfigurationChange.Add(about, learner);
      case 1 -> new ConfigurationChange.Promote(about, limit);
      case 2 -> new ConfigurationChange.Demote(about);
      case 3 -> new ConfigurationChange.Replace(chance.oneOf(hosts), about, limit);
      default -> null;
    };
    for (SimulatedHost host : world.hosts()) {
      if (host.isUp() && change != null) {
        asked.add(host.life().node().membership().change(change));
      } else if (host.isUp()) {
        asked.add(host.life().node().transferLeadership(null));
      }
    }
  }

  /** Adds numbers up. */
  private static final class Adder implements StateMachine {
    private int sum;

    @Override
    public byte[] apply(Command command) {
      sum += command.payload().getInt(8);
      return ByteBuffer.allocate(4).putInt(sum).array();
    }

    @Override
    public byte[] query(byte[] query) {
      return ByteBuffer.allocate(4).putInt(sum).array();
    }
  }
}
