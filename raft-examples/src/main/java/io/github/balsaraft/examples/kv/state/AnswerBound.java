package io.github.balsaraft.examples.kv.state;

import java.util.HashMap;
import java.util.Map;

/**
 * How many bytes of values the answer to an operation has at most, found out before it is executed, and without reading a value. What
 * looks for keys counts nothing: servers don't put it into the log.
 */
final class AnswerBound {

  private final Keyspace keyspace;

  /** The longest that a value may be by now, of the keys that operations before have written. */
  private final Map<Bytes, Long> written = new HashMap<>();

  private AnswerBound(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  static long of(Operation operation, Keyspace keyspace) {
    if (!operation.answersValues()) {
      return 0;
    }
    AnswerBound bound = new AnswerBound(keyspace);
    return operation instanceof Transaction transaction
        ? bound.ofAll(transaction)
        : bound.next(operation);
  }

  private long ofAll(Transaction transaction) {
    long sum = 0;
    long longest = 0;
    for (Operation operation : transaction.operations()) {
      long bytes = next(operation);
      sum += bytes;
      longest = Math.max(longest, bytes);
    }
    return Math.min(sum, transaction.mostAnswerBytes() + longest);
  }

  private long next(Operation operation) {
    if (operation instanceof Operation.Get get) {
      return lengthOf(get.key());
    } else if (operation instanceof Operation.GetAndDelete get) {
      return lengthOf(get.key());
    } else if (operation instanceof ExpiryOperation.GetAndExpire get) {
      return lengthOf(get.key());
    } else if (operation instanceof Operation.MultiGet get) {
      return ofSeveral(get);
    } else if (operation instanceof Operation.Set set) {
      long before = lengthOf(set.key());
      written.put(set.key(), Math.max(before, set.value().length()));
      return set.returnOld() ? before : 0;
    } else if (operation instanceof Operation.MultiSet set) {
      for (int i = 0; i < set.keys().size(); i++) {
        written.put(set.keys().get(i), (long) set.values().get(i).length());
      }
    } else if (operation instanceof Operation.Append append) {
      written.put(append.key(), lengthOf(append.key()) + append.suffix().length());
    } else if (operation instanceof Operation.Increment increment) {
      written.put(increment.key(), Math.max(lengthOf(increment.key()), Decimal.MAX_LENGTH));
    }
    return 0;
  }

  /** Beyond {@link Batch#MOST_ANSWER_BYTES} it is refused. */
  private long ofSeveral(Operation.MultiGet operation) {
    long bytes = 0;
    for (Bytes key : operation.keys()) {
      bytes += Answer.Values.BESIDE_EACH + lengthOf(key);
      if (bytes > Batch.MOST_ANSWER_BYTES) {
        return Batch.MOST_ANSWER_BYTES;
      }
    }
    return bytes;
  }

  private long lengthOf(Bytes key) {
    Long known = written.get(key);
    if (known != null) {
      return known;
    }
    Found found = keyspace.find(key);
    return found == null ? 0 : found.valueBytes();
  }
}
