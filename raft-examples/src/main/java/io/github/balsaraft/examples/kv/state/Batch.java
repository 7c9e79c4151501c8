package io.github.balsaraft.examples.kv.state;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations of one command of the log, applied one after the other with nothing in between.
 *
 * <p>The bytes: version (1), {@code maxAnswerBytes}, the number of operations, then each, as
 * {@link OperationCodec} writes it.
 *
 * @param operations at least one. Reads may be among them: a GET between two SETs of one pipeline rides along, which keeps
 *     their order
 * @param maxAnswerBytes an operation whose answer might make the answers longer is left out, and so are those behind it; if it is the
 *     first, {@link Answer.NoRoom} says what it takes. Who proposes has kept memory for so much. It is part of the batch because replicas
 *     must decide alike
 */
public record Batch(List<Operation> operations, int maxAnswerBytes) {

  /**
   * No batch gets more answers, whatever it allows, but for those to its last operation: they are in the memory of every replica, and a
   * client that puts entries of its own into the log may say anything.
   */
  public static final int MOST_ANSWER_BYTES = 16 << 20;

  /**
   * Once a batch has written so many bytes of values anew to which it has appended something, it is done: replicas keep what it has
   * written in memory until all of it is.
   */
  public static final int MOST_REWRITTEN_BYTES = 64 << 20;

  /** Once so many keys were looked at, a batch is done: nothing else is applied meanwhile. */
  public static final long MOST_LOOKS = 100_000;

  private static final int VERSION = 1;

  /** No version will have a greater number, so that text and other things that are no batch aren't taken for a newer one. */
  private static final int LAST_VERSION = 31;

  public Batch {
    operations = List.copyOf(operations);
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("a batch has at least one operation");
    }
  }

  /**
   * The form that goes into the log.
   *
   * @param expectedBytes about how long it will be
   */
  public byte[] encode(int expectedBytes) {
    ByteWriter out = new ByteWriter(expectedBytes);
    out.putByte(VERSION);
    out.putUnsigned(maxAnswerBytes);
    out.putUnsigned(operations.size());
    for (Operation operation : operations) {
      OperationCodec.write(operation, out);
    }
    return out.toArray();
  }

  /**
   * Reads the form that goes into the log.
   *
   * @throws FormatException if it is of a newer version or no batch at all
   */
  public static Batch decode(ByteBuffer bytes) {
    ByteReader in = new ByteReader(bytes);
    int version = in.getByte();
    if (version < 1 || version > LAST_VERSION) {
      throw FormatException.malformed("no batch: it begins with " + version);
    }
    if (version != VERSION) {
      throw FormatException.newer(
          "a batch of version " + version + "; this program reads version " + VERSION);
    }
    int maxAnswerBytes = in.getInt();
    int count = in.getCount();
    if (count == 0) {
      throw FormatException.malformed("an empty batch");
    }
    List<Operation> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      operations.add(OperationCodec.read(in));
    }
    if (in.hasMore()) {
      throw FormatException.malformed("bytes are left behind the last operation");
    }
    return new Batch(operations, maxAnswerBytes);
  }
}
