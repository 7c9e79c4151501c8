package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.transport.Transport;
import java.util.Map;

/** What nodes stand on: where they keep their logs and how they reach each other. */
public interface Ground {

  /** The node's store, with what an earlier one of the same node has written. */
  LogStore store(NodeSpec spec);

  /** The node's transport. */
  Transport transport(NodeSpec spec);

  /** The address under which founders know a node. */
  String address(NodeSpec spec, int node);

  /** What matters for a comparison, by name. */
  Map<String, Object> settings();
}
