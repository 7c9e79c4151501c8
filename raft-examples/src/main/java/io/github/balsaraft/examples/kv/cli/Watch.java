package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.cli.WatchText.Look;
import io.github.balsaraft.examples.kv.client.Admin;
import io.github.balsaraft.examples.kv.client.Admin.ServerStatus;
import io.github.balsaraft.examples.kv.client.Fields;
import io.github.balsaraft.examples.kv.command.MetricLines;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code kv admin watch}: looks at all servers again and again. */
final class Watch {

  private final Admin admin;
  private final AdminOptions options;
  private final Screen screen;

  Watch(Admin admin, AdminOptions options, Screen screen) {
    this.admin = admin;
    this.options = options;
    this.screen = screen;
  }

  /** Answers whether any server was up at the last look. */
  boolean run() {
    Look before = null;
    for (int looks = 1; ; looks++) {
      Look now = look();
      screen.show(options.json() ? json(now) : text(now, before));
      before = now;
      boolean isLast = options.count() > 0 && looks >= options.count();
      if (isLast || !screen.pause(options.interval())) {
        return now.statuses().stream().anyMatch(ServerStatus::isUp);
      }
    }
  }

  private Look look() {
    List<ServerStatus> statuses = admin.statuses();
    Map<HostPort, Map<String, String>> metrics = new LinkedHashMap<>();
    // Of the others it is known by now that they keep one waiting.
    List<HostPort> up =
        statuses.stream().filter(ServerStatus::isUp).map(ServerStatus::server).toList();
    admin.askAll(up, List.of("INFO", "metrics")).forEach((server, reply) -> {
      if (reply instanceof Reply.Bulk) {
        metrics.put(server, MetricLines.read(Fields.text(reply)));
      }
    });
    List<Map<String, String>> additions = new ArrayList<>();
    statuses.stream()
        .filter(status -> status.isUp() && status.get("role").equals("leader"))
        .forEach(leader -> admin
            .askQuietly(leader.server(), List.of("RAFT", "ADDITIONS"))
            .ifPresent(reply -> additions.addAll(Fields.lines(reply))));
    return new Look(statuses, metrics, additions);
  }

  /** With an empty line behind each table, where one follows another. */
  private static List<String> text(Look now, @Nullable Look before) {
    List<String> lines = new ArrayList<>(WatchText.lines(now, before));
    lines.add("");
    return lines;
  }

  private static List<String> json(Look now) {
    List<Map<String, Object>> servers = new ArrayList<>();
    for (ServerStatus status : now.statuses()) {
      Map<String, Object> server = new LinkedHashMap<>(AdminText.json(status));
      server.put("metrics", now.metrics().getOrDefault(status.server(), Map.of()));
      servers.add(server);
    }
    return List.of(JsonText.of(servers));
  }
}
