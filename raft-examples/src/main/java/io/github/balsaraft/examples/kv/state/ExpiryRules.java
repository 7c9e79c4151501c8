package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.ExpiryOperation.Expire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.GetAndExpire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Persist;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeToLive;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Unless;

/** What the operations on deadlines do. */
final class ExpiryRules {

  private static final Answer NO = new Answer.Count(0);
  private static final Answer YES = new Answer.Count(1);
  private static final Answer NO_KEY = new Answer.Count(-2);
  private static final Answer NO_DEADLINE = new Answer.Count(-1);

  private ExpiryRules() {}

  static Answer expire(Expire operation, Keyspace keyspace) {
    Found stored = keyspace.find(operation.key());
    if (stored == null) {
      return NO;
    }
    long deadline =
        operation.expiry().deadlineMillis(stored.deadlineMillis(), keyspace.logTimeMillis());
    if (isPrevented(operation.unless(), stored, deadline)) {
      return NO;
    }
    keyspace.putDeadline(stored, deadline);
    return YES;
  }

  private static boolean isPrevented(Unless unless, Found stored, long deadline) {
    boolean has = stored.hasDeadline();
    boolean notLater = !has || deadline <= stored.deadlineMillis();
    boolean notEarlier = has && deadline >= stored.deadlineMillis();
    return (unless.present() && has)
        || (unless.absent() && !has)
        || (unless.notLater() && notLater)
        || (unless.notEarlier() && notEarlier);
  }

  static Answer persist(Persist operation, Keyspace keyspace) {
    Found stored = keyspace.find(operation.key());
    if (stored == null || !stored.hasDeadline()) {
      return NO;
    }
    keyspace.putDeadline(stored, Stored.NO_DEADLINE);
    return YES;
  }

  static Answer getAndExpire(GetAndExpire operation, Keyspace keyspace) {
    Found stored = keyspace.find(operation.key());
    Answer answer = StringRules.valueOrNil(stored);
    if (stored != null) {
      long deadline =
          operation.expiry().deadlineMillis(stored.deadlineMillis(), keyspace.logTimeMillis());
      // As in Redis, to set the deadline that a key has is a change too; to take none away is none.
      if (operation.expiry().kind().hasMillis() || deadline != stored.deadlineMillis()) {
        keyspace.putDeadline(stored, deadline);
      }
    }
    return answer;
  }

  static Answer timeToLive(TimeToLive operation, Keyspace keyspace) {
    Found stored = keyspace.find(operation.key());
    if (stored == null) {
      return NO_KEY;
    }
    if (!stored.hasDeadline()) {
      return NO_DEADLINE;
    }
    long at = stored.deadlineMillis();
    // Whether it exists is said by the log time alone; a clock
    // that is ahead of it can make the rest zero, not less.
    long left = Math.max(0, at - keyspace.readTimeMillis());
    return new Answer.Count(
        switch (operation.form()) {
          case SECONDS_LEFT -> seconds(left);
          case MILLIS_LEFT -> left;
          case AT_SECONDS -> seconds(at);
          case AT_MILLIS -> at;
        });
  }

  private static long seconds(long millis) {
    return millis / 1000 + (millis % 1000 >= 500 ? 1 : 0);
  }
}
