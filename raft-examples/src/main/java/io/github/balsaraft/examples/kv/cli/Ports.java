package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.server.HostPort;
import java.io.IOException;
import java.net.ServerSocket;

/** Looks whether ports are free before several processes are started that need them. */
final class Ports {

  private Ports() {}

  static boolean isFree(HostPort address) {
    try (ServerSocket probe = new ServerSocket()) {
      // As servers do: connections of an earlier start that still linger are no obstacle.
      probe.setReuseAddress(true);
      probe.bind(address.resolve());
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
