package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.Operation.Announce;
import io.github.balsaraft.examples.kv.state.Operation.Append;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.examples.kv.state.Operation.CountKeys;
import io.github.balsaraft.examples.kv.state.Operation.Delete;
import io.github.balsaraft.examples.kv.state.Operation.Exists;
import io.github.balsaraft.examples.kv.state.Operation.Get;
import io.github.balsaraft.examples.kv.state.Operation.Increment;
import io.github.balsaraft.examples.kv.state.Operation.MultiGet;
import io.github.balsaraft.examples.kv.state.Operation.MultiSet;
import io.github.balsaraft.examples.kv.state.Operation.Set;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations of one command of the log, applied one after the other with nothing in between.
 *
 * <p>The bytes: version (1), {@code maxAnswerBytes}, the number of operations, then each: a code and its arguments. Codes
 * below 16 are reads. Numbers have variable length; keys and values have their length in front.
 *
 * @param operations at least one. Reads may be among them: a GET between two SETs of one pipeline rides along, which keeps
 *     their order
 * @param maxAnswerBytes once the answers exceed this, the operations that remain are left out. It bounds what reads of
 *     large values can cost, and is part of the batch because replicas must decide alike
 */
public record Batch(List<Operation> operations, int maxAnswerBytes) {

  private static final int VERSION = 1;

  private static final int GET = 1;
  private static final int MULTI_GET = 2;
  private static final int EXISTS = 3;
  private static final int COUNT_KEYS = 4;
  private static final int SET = 16;
  private static final int MULTI_SET = 17;
  private static final int DELETE = 18;
  private static final int INCREMENT = 19;
  private static final int APPEND = 20;
  private static final int ANNOUNCE = 21;

  /** The condition is in the low bits of the flags of a {@link Set}. */
  private static final int CONDITION_BITS = 0x07;

  private static final int RETURN_OLD = 0x08;

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
      write(operation, out);
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
    if (version != VERSION) {
      throw new FormatException(
          "a batch of version " + version + "; this program reads version " + VERSION);
    }
    int maxAnswerBytes = in.getInt();
    int count = in.getCount();
    if (count == 0) {
      throw new FormatException("an empty batch");
    }
    List<Operation> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      operations.add(read(in));
    }
    if (in.hasMore()) {
      throw new FormatException("bytes are left behind the last operation");
    }
    return new Batch(operations, maxAnswerBytes);
  }

  private static void write(Operation operation, ByteWriter out) {
    if (operation instanceof Get get) {
      out.putByte(GET);
      out.putBytes(get.key());
    } else if (operation instanceof Set set) {
      out.putByte(SET);
      out.putByte(set.condition().code() | (set.returnOld() ? RETURN_OLD : 0));
      out.putBytes(set.key());
      out.putBytes(set.value());
      if (set.condition() == Condition.IF_EQUAL) {
        out.putBytes(set.expected());
      }
    } else if (operation instanceof MultiGet multiGet) {
      out.putByte(MULTI_GET);
      writeAll(multiGet.keys(), out);
    } else if (operation instanceof Exists exists) {
      out.putByte(EXISTS);
      writeAll(exists.keys(), out);
    } else if (operation instanceof CountKeys) {
      out.putByte(COUNT_KEYS);
    } else if (operation instanceof MultiSet multiSet) {
      out.putByte(MULTI_SET);
      writeAll(multiSet.keys(), out);
      multiSet.values().forEach(out::putBytes);
    } else if (operation instanceof Delete delete) {
      out.putByte(DELETE);
      writeAll(delete.keys(), out);
    } else if (operation instanceof Increment increment) {
      out.putByte(INCREMENT);
      out.putBytes(increment.key());
      out.putSigned(increment.delta());
    } else if (operation instanceof Append append) {
      out.putByte(APPEND);
      out.putBytes(append.key());
      out.putBytes(append.suffix());
      out.putUnsigned(append.maxBytes());
    } else if (operation instanceof Announce announce) {
      out.putByte(ANNOUNCE);
      out.putBytes(announce.host());
      out.putBytes(announce.address());
    } else {
      throw new AssertionError("no code for " + operation.getClass());
    }
  }

  private static Operation read(ByteReader in) {
    int code = in.getByte();
    return switch (code) {
      case GET -> new Get(in.getBytes());
      case MULTI_GET -> new MultiGet(readAll(in));
      case EXISTS -> new Exists(readAll(in));
      case COUNT_KEYS -> new CountKeys();
      case SET -> readSet(in);
      case MULTI_SET -> readMultiSet(in);
      case DELETE -> new Delete(readAll(in));
      case INCREMENT -> new Increment(in.getBytes(), in.getSigned());
      case APPEND -> new Append(in.getBytes(), in.getBytes(), in.getInt());
      case ANNOUNCE -> new Announce(in.getBytes(), in.getBytes());
      default -> throw new FormatException("operation " + code + " was written by a newer version");
    };
  }

  private static Set readSet(ByteReader in) {
    int flags = in.getByte();
    if ((flags & ~(CONDITION_BITS | RETURN_OLD)) != 0) {
      throw new FormatException("a SET with flags " + flags + " was written by a newer version");
    }
    Condition condition = Condition.ofCode(flags & CONDITION_BITS);
    Bytes key = in.getBytes();
    Bytes value = in.getBytes();
    Bytes expected = condition == Condition.IF_EQUAL ? in.getBytes() : Bytes.EMPTY;
    return new Set(key, value, condition, expected, (flags & RETURN_OLD) != 0);
  }

  private static MultiSet readMultiSet(ByteReader in) {
    List<Bytes> keys = readAll(in);
    List<Bytes> values = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      values.add(in.getBytes());
    }
    return new MultiSet(keys, values);
  }

  private static void writeAll(List<Bytes> all, ByteWriter out) {
    out.putUnsigned(all.size());
    all.forEach(out::putBytes);
  }

  private static List<Bytes> readAll(ByteReader in) {
    int count = in.getCount();
    List<Bytes> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(in.getBytes());
    }
    return all;
  }
}
