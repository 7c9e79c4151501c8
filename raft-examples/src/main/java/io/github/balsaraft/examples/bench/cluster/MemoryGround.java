package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.Transport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Neither disk nor network: what the protocol and its runtime cost by themselves. */
public final class MemoryGround implements Ground {

  private final LocalNetwork network = new LocalNetwork();
  private final Map<Integer, MemoryLogStore.Contents> disks = new ConcurrentHashMap<>();

  @Override
  public LogStore store(NodeSpec spec) {
    return new MemoryLogStore(
        disks.computeIfAbsent(spec.number(), number -> new MemoryLogStore.Contents()));
  }

  @Override
  public Transport transport(NodeSpec spec) {
    return network.transport(spec.id());
  }

  @Override
  public String address(NodeSpec spec, int node) {
    return NodeSpec.idOf(node);
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("log", "IN MEMORY, NOT DURABLE");
    settings.put("transport", "IN PROCESS, NO NETWORK");
    return settings;
  }
}
