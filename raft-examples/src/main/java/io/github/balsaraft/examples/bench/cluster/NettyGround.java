package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.netty.NettyTransport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A folder with RocksDB for each node, and sockets between them. */
public final class NettyGround implements Ground {

  @Override
  public LogStore store(NodeSpec spec) {
    return store(spec.folder(), spec.fsync());
  }

  /** The store of the library's defaults in a folder. */
  public static LogStore store(Path folder, boolean fsync) {
    return RocksDbLogStore.builder()
        .directory(folder.resolve("log"))
        .durability(fsync ? Durability.SYNCED : Durability.UNSAFE_NOT_SYNCED)
        .build();
  }

  @Override
  public Transport transport(NodeSpec spec) {
    return NettyTransport.builder().bindAddress(spec.address()).build();
  }

  @Override
  public String address(NodeSpec spec, int node) {
    return spec.addressOf(node);
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("log", "RocksDB");
    settings.put("transport", "Netty");
    return settings;
  }
}
