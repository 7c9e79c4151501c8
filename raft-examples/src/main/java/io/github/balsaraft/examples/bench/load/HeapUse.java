package io.github.balsaraft.examples.bench.load;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What lives in the heap of this process, and how long its collector stopped it. */
public final class HeapUse {

  private final AtomicLong longestMillis = new AtomicLong();

  /** What is left after a whole collection. It takes its time. */
  public long liveBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The names of the collectors. */
  public String collectors() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(GarbageCollectorMXBean::getName)
        .collect(Collectors.joining(", "));
  }

  /** From now on the longest collection is kept in mind. */
  public void watchCollections() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener((notification, nothing) -> heard(notification), null, null);
      }
    }
  }

  private void heard(Notification notification) {
    if (notification
        .getType()
        .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      GarbageCollectionNotificationInfo info =
          GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
      longestMillis.accumulateAndGet(info.getGcInfo().getDuration(), Math::max);
    }
  }

  /** The longest since {@link #watchCollections}. */
  public long longestCollectionMillis() {
    return longestMillis.get();
  }
}
