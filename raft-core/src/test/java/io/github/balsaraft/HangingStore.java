package io.github.balsaraft;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store whose writes hang when the test says so, and which notices when it is closed while it is used. */
final class HangingStore implements LogStore {

  private final MemoryLogStore disk = new MemoryLogStore();
  private final AtomicInteger inUse = new AtomicInteger();
  final CountDownLatch hangs = new CountDownLatch(1);
  final CountDownLatch go = new CountDownLatch(1);
  volatile boolean hanging;
  volatile boolean closed;
  volatile boolean misused;

  @Override
  public RecoveredState recover() {
    return disk.recover();
  }

  @Override
  public void write(LogWrite write) {
    use(() -> {
      if (hanging) {
        hangs.countDown();
        go.await();
      }
      disk.write(write);
      return null;
    });
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    return use(() -> disk.read(group, fromIndex, toIndex, maxBytes));
  }

  private <T> T use(java.util.concurrent.Callable<T> work) {
    inUse.incrementAndGet();
    try {
      misused |= closed;
      return work.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      misused |= closed;
      inUse.decrementAndGet();
    }
  }

  @Override
  public Durability durability() {
    return Durability.UNSAFE_IN_MEMORY;
  }

  @Override
  public void close() {
    misused |= inUse.get() > 0;
    closed = true;
    disk.close();
  }
}
