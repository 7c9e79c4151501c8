package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Entries through two transports over loopback, acknowledged, within a window, as a leader sends them to a follower. Not a
 * test: run its main method. Arguments: entries per message, bytes per entry, messages in flight, seconds.
 */
final class TransportThroughput {

  private TransportThroughput() {}

  public static void main(String[] arguments) throws Exception {
    int entries = argument(arguments, 0, 64);
    int bytes = argument(arguments, 1, 256);
    int window = argument(arguments, 2, 64);
    int seconds = argument(arguments, 3, 5);
    HostId leader = new HostId("leader");
    HostId follower = new HostId("follower");
    Semaphore room = new Semaphore(window);
    try (NettyTransport from =
            NettyTransport.builder().bindAddress("127.0.0.1:0").build();
        NettyTransport to = NettyTransport.builder().bindAddress("127.0.0.1:0").build()) {
      from.start(
          () -> new HostRecord(leader, 1, null), onMessages(batch -> room.release(batch.size())));
      to.start(
          () -> new HostRecord(follower, 2, null),
          onMessages(batch -> to.send(
              leader,
              batch.stream()
                  .map(message -> answer((AppendEntries) message.message()))
                  .toList())));
      from.setRoute(follower, to.localAddress());
      to.setRoute(leader, from.localAddress());
      EntryBatch batch = batch(entries, bytes);
      send(from, follower, batch, room, seconds);
      long cpuBefore = cpuNanos();
      long start = System.nanoTime();
      long sent = send(from, follower, batch, room, seconds) * entries;
      double elapsed = (System.nanoTime() - start) / 1e9;
      double cpu = (cpuNanos() - cpuBefore) / 1e3;
      System.out.printf(
          Locale.ROOT,
          "%d entries of %d bytes per message, %d messages in flight: %,.0f entries/s, %.0f MB/s, "
              + "%.2f us CPU per entry, all threads of both hosts%n",
          entries,
          bytes,
          window,
          sent / elapsed,
          sent * (double) bytes / elapsed / 1e6,
          cpu / sent);
      System.out.println(from.stats());
    }
  }

  private static long send(
      NettyTransport from, HostId to, EntryBatch batch, Semaphore room, int seconds)
      throws InterruptedException {
    AppendEntries append = new AppendEntries(
        new ReplicaId(1), new ReplicaId(2), 1, 1, EntryId.NONE, List.of(batch), 0);
    List<GroupMessage> messages = List.of(new GroupMessage(GroupId.DEFAULT, append));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long sent = 0;
    while (System.nanoTime() < end) {
      if (!room.tryAcquire(5, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a message was lost: " + from.stats());
      }
      from.send(to, messages);
      sent++;
    }
    return sent;
  }

  private static GroupMessage answer(AppendEntries append) {
    return new GroupMessage(
        GroupId.DEFAULT,
        new AppendEntriesResponse(
            append.to(), append.from(), 1, 1, append.lastIndex(), 0, EntryId.NONE, EntryId.NONE));
  }

  private static EntryBatch batch(int entries, int bytes) {
    Payloads payloads = new Payloads(EntryType.COMMAND, entries * (bytes + 8));
    byte[] payload = new byte[bytes];
    for (int i = 0; i < entries; i++) {
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(1, 1), 1);
  }

  private interface OnMessages {
    void accept(List<GroupMessage> batch);
  }

  private static TransportReceiver onMessages(OnMessages body) {
    return new TransportReceiver() {
      @Override
      public void onMessages(HostRecord from, List<GroupMessage> messages) {
        body.accept(messages);
      }

      @Override
      public void onUnreadableEntries(HostRecord from, UnreadableEntries entries) {
        throw new AssertionError(entries);
      }

      @Override
      public void onPeerGone(HostId peer) {}

      @Override
      public void onWritabilityChanged(HostId peer, boolean writable) {}
    };
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static int argument(String[] arguments, int at, int otherwise) {
    return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
  }
}
