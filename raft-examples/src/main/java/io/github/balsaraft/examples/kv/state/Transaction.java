package io.github.balsaraft.examples.kv.state;

import java.util.ArrayList;
import java.util.List;

/**
 * EXEC: several operations with nothing in between, if none of the watched keys has changed; else answers nil. One that is
 * refused doesn't keep the others from being done, as in Redis; but all are refused if together they would look at more than
 * {@link Batch#MOST_LOOKS} keys, unless only one of them looks for keys.
 *
 * @param watched keys with the versions that they had
 * @param maxAnswerBytes once the answers exceed this, operations that answer values are refused. All answers of a transaction
 *     come at once, and this is what bounds them, with one value more. It counts up to {@link Batch#MOST_ANSWER_BYTES}
 */
public record Transaction(List<Watched> watched, List<Operation> operations, int maxAnswerBytes)
    implements Operation {

  /**
   * A key, and its version when it was watched.
   *
   * @param version as {@link Versions} has answered it
   */
  public record Watched(Bytes key, long version) {}

  public Transaction {
    watched = List.copyOf(watched);
    operations = List.copyOf(operations);
    for (Operation operation : operations) {
      if (operation instanceof Transaction) {
        throw new IllegalArgumentException("a transaction within a transaction");
      }
    }
  }

  @Override
  public Answer applyTo(Keyspace keyspace) {
    for (Watched key : watched) {
      if (keyspace.versionOf(key.key()) != key.version()) {
        return Answer.Nil.NIL;
      }
    }
    if (looks(keyspace.size()) > Batch.MOST_LOOKS && searches() > 1) {
      return new Answer.Refused(Answer.Refusal.TOO_MANY_LOOKS);
    }
    List<Answer> answers = new ArrayList<>(operations.size());
    int maxBytes = mostAnswerBytes();
    long bytes = 0;
    long rewrittenBytes = 0;
    for (Operation operation : operations) {
      Answer answer;
      // One value is answered whatever its length, as without a transaction.
      long atMost = Answers.mostBytes(operation, maxBytes - bytes);
      if (bytes > maxBytes && operation.answersValues()) {
        answer = StringRules.tooLong();
      } else if (rewrittenBytes > Batch.MOST_REWRITTEN_BYTES && operation instanceof Append) {
        answer = new Answer.Refused(Answer.Refusal.TOO_MUCH_REWRITTEN);
      } else {
        answer = operation.applyTo(keyspace, atMost);
      }
      rewrittenBytes += operation.rewrittenBytes(answer);
      long more = answer.valueBytes();
      if (more > 0 && !operation.isWrite() && more > atMost) {
        // It had no effect, so it can still be refused.
        answer = StringRules.tooLong();
        more = 0;
      }
      bytes += more;
      answers.add(answer);
    }
    return new Answer.Several(answers);
  }

  /** Once its answers exceed this, no more values are answered. */
  int mostAnswerBytes() {
    return Math.min(maxAnswerBytes, Batch.MOST_ANSWER_BYTES);
  }

  @Override
  public long rewrittenBytes(Answer answer) {
    long bytes = 0;
    if (answer instanceof Answer.Several several) {
      for (int i = 0; i < operations.size(); i++) {
        bytes += operations.get(i).rewrittenBytes(several.answers().get(i));
      }
    }
    return bytes;
  }

  @Override
  public boolean isWrite() {
    return operations.stream().anyMatch(Operation::isWrite);
  }

  @Override
  public List<Bytes> keys() {
    List<Bytes> keys = new ArrayList<>();
    watched.forEach(key -> keys.add(key.key()));
    operations.forEach(operation -> keys.addAll(operation.keys()));
    return keys;
  }

  private long searches() {
    return operations.stream().filter(SearchOperation.class::isInstance).count();
  }

  @Override
  public long looks(int keys) {
    return operations.stream().mapToLong(operation -> operation.looks(keys)).sum();
  }

  @Override
  public boolean looksAtAllKeys() {
    return operations.stream().anyMatch(Operation::looksAtAllKeys);
  }

  @Override
  public boolean answersValues() {
    return operations.stream().anyMatch(Operation::answersValues);
  }

  /** WATCH: answers the versions of keys, also of those that don't exist; see {@link Keyspace#versionOf}. */
  public record Versions(List<Bytes> keys) implements Operation {
    public Versions {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      List<Answer> versions = new ArrayList<>(keys.size());
      for (Bytes key : keys) {
        versions.add(new Answer.Count(keyspace.versionOf(key)));
      }
      return new Answer.Several(versions);
    }

    @Override
    public boolean isWrite() {
      return false;
    }
  }
}
