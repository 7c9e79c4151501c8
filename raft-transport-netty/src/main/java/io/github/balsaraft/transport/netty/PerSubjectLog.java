package io.github.balsaraft.transport.netty;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * One line per subject and half a minute, so that what happens at every attempt to connect can't fill a disk; the next line
 * says how many were left out. Remembers a bounded number of subjects. Thread-safe.
 */
final class PerSubjectLog {

  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int MAX_SUBJECTS = 256;

  private final Logger log;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();

  PerSubjectLog(Logger log) {
    this.log = log;
  }

  /** Logs a warning unless one on this subject was logged a short while ago. */
  void warn(String subject, String format, Object... arguments) {
    int leftOut = leftOutBefore(subject, System.nanoTime());
    if (leftOut == 0) {
      log.warn(format, arguments);
    } else if (leftOut > 0) {
      log.warn(format + " (and " + leftOut + " times before)", arguments);
    }
  }

  /** How many lines were left out since the last one on this subject, or -1 if this one is to be left out, too. */
  synchronized int leftOutBefore(String subject, long nowNanos) {
    Subject known = subjects.get(subject);
    if (known == null) {
      if (subjects.size() == MAX_SUBJECTS) {
        subjects.remove(subjects.keySet().iterator().next());
      }
      subjects.put(subject, new Subject(nowNanos));
      return 0;
    }
    if (nowNanos - known.loggedAtNanos < QUIET_NANOS) {
      known.leftOut++;
      return -1;
    }
    int leftOut = known.leftOut;
    known.leftOut = 0;
    known.loggedAtNanos = nowNanos;
    return leftOut;
  }

  private static final class Subject {
    private long loggedAtNanos;
    private int leftOut;

    Subject(long loggedAtNanos) {
      this.loggedAtNanos = loggedAtNanos;
    }
  }
}
