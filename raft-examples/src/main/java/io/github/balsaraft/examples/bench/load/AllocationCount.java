package io.github.balsaraft.examples.bench.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes that all Java threads of this process have allocated. A thread's count ends with it, so that looks must be frequent:
 * one that ends between two looks takes along what it allocated since the first of them.
 */
final class AllocationCount {

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Map<Long, Long> bytesOfThreads = new HashMap<>();
  private long bytes;

  /** Starts at zero. */
  AllocationCount() {
    look();
    bytes = 0;
  }

  void look() {
    long[] ids = threads.getAllThreadIds();
    long[] allocated = threads.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      if (allocated[i] >= 0) {
        Long before = bytesOfThreads.put(ids[i], allocated[i]);
        bytes += allocated[i] - (before == null ? 0 : before);
      }
    }
  }

  /** As of the last look. */
  long bytes() {
    return bytes;
  }
}
