package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.ExpiryOperation.Expire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.GetAndExpire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Persist;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeForm;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeToLive;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Unless;
import io.github.balsaraft.examples.kv.state.Operation.Announce;
import io.github.balsaraft.examples.kv.state.Operation.Append;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.examples.kv.state.Operation.CountKeys;
import io.github.balsaraft.examples.kv.state.Operation.Delete;
import io.github.balsaraft.examples.kv.state.Operation.Exists;
import io.github.balsaraft.examples.kv.state.Operation.Get;
import io.github.balsaraft.examples.kv.state.Operation.GetAndDelete;
import io.github.balsaraft.examples.kv.state.Operation.Increment;
import io.github.balsaraft.examples.kv.state.Operation.Length;
import io.github.balsaraft.examples.kv.state.Operation.MultiGet;
import io.github.balsaraft.examples.kv.state.Operation.MultiSet;
import io.github.balsaraft.examples.kv.state.Operation.RefuseIfPresent;
import io.github.balsaraft.examples.kv.state.Operation.Set;
import io.github.balsaraft.examples.kv.state.Operation.Tick;
import io.github.balsaraft.examples.kv.state.SearchOperation.FindKeys;
import io.github.balsaraft.examples.kv.state.SearchOperation.Scan;
import io.github.balsaraft.examples.kv.state.Transaction.Versions;
import io.github.balsaraft.examples.kv.state.Transaction.Watched;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations as bytes: a code and its arguments. Codes below 16 are reads. Numbers have variable length; keys and values have
 * their length in front. A code is never used for anything else.
 */
final class OperationCodec {

  private static final int GET = 1;
  private static final int MULTI_GET = 2;
  private static final int EXISTS = 3;
  private static final int COUNT_KEYS = 4;
  private static final int TIME_TO_LIVE = 5;
  private static final int LENGTH = 6;
  private static final int FIND_KEYS = 7;
  private static final int SCAN = 8;
  private static final int VERSIONS = 9;
  private static final int REFUSE_IF_PRESENT = 10;
  private static final int READING_TRANSACTION = 11;
  private static final int SET = 16;
  private static final int MULTI_SET = 17;
  private static final int DELETE = 18;
  private static final int INCREMENT = 19;
  private static final int APPEND = 20;
  private static final int ANNOUNCE = 21;
  private static final int EXPIRE = 22;
  private static final int PERSIST = 23;
  private static final int GET_AND_EXPIRE = 24;
  private static final int GET_AND_DELETE = 25;
  private static final int WRITING_TRANSACTION = 26;
  private static final int TICK = 27;

  /** The condition is in the low bits of the flags of a {@link Set}. */
  private static final int CONDITION_BITS = 0x07;

  private static final int RETURN_OLD = 0x08;

  /** The kind of its expiry follows. */
  private static final int EXPIRY_BITS = 0x30;

  private static final int EXPIRY_SHIFT = 4;

  private static final int MAX_ANNOUNCED_BYTES = 1024;

  private OperationCodec() {}

  static void write(Operation operation, ByteWriter out) {
    if (operation instanceof Get get) {
      out.putByte(GET);
      out.putBytes(get.key());
    } else if (operation instanceof Set set) {
      writeSet(set, out);
    } else if (operation instanceof MultiGet multiGet) {
      out.putByte(MULTI_GET);
      writeAll(multiGet.keys(), out);
    } else if (operation instanceof Exists exists) {
      out.putByte(EXISTS);
      writeAll(exists.keys(), out);
    } else if (operation instanceof Length length) {
      out.putByte(LENGTH);
      out.putBytes(length.key());
    } else if (operation instanceof CountKeys) {
      out.putByte(COUNT_KEYS);
    } else if (operation instanceof RefuseIfPresent refuse) {
      out.putByte(REFUSE_IF_PRESENT);
      out.putBytes(refuse.key());
      out.putByte(refuse.refusal().code());
    } else if (operation instanceof MultiSet multiSet) {
      out.putByte(MULTI_SET);
      writeAll(multiSet.keys(), out);
      multiSet.values().forEach(out::putBytes);
    } else if (operation instanceof Delete delete) {
      out.putByte(DELETE);
      writeAll(delete.keys(), out);
    } else if (operation instanceof GetAndDelete getAndDelete) {
      out.putByte(GET_AND_DELETE);
      out.putBytes(getAndDelete.key());
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
    } else if (operation instanceof Tick) {
      out.putByte(TICK);
    } else if (operation instanceof ExpiryOperation expiring) {
      writeExpiring(expiring, out);
    } else if (operation instanceof SearchOperation search) {
      writeSearch(search, out);
    } else if (operation instanceof Transaction transaction) {
      writeTransaction(transaction, out);
    } else if (operation instanceof Versions versions) {
      out.putByte(VERSIONS);
      writeAll(versions.keys(), out);
    } else {
      throw new AssertionError("no code for " + operation.getClass());
    }
  }

  private static void writeSet(Set set, ByteWriter out) {
    Expiry expiry = set.expiry();
    out.putByte(SET);
    out.putByte(set.condition().code()
        | (set.returnOld() ? RETURN_OLD : 0)
        | expiry.kind().code() << EXPIRY_SHIFT);
    out.putBytes(set.key());
    out.putBytes(set.value());
    if (set.condition() == Condition.IF_EQUAL) {
      out.putBytes(set.expected());
    }
    if (expiry.kind().hasMillis()) {
      out.putSigned(expiry.millis());
    }
  }

  private static void writeExpiring(ExpiryOperation operation, ByteWriter out) {
    if (operation instanceof TimeToLive timeToLive) {
      out.putByte(TIME_TO_LIVE);
      out.putBytes(timeToLive.key());
      out.putByte(timeToLive.form().code());
    } else if (operation instanceof Expire expire) {
      out.putByte(EXPIRE);
      out.putBytes(expire.key());
      writeExpiry(expire.expiry(), out);
      out.putByte(expire.unless().code());
    } else if (operation instanceof Persist persist) {
      out.putByte(PERSIST);
      out.putBytes(persist.key());
    } else if (operation instanceof GetAndExpire getAndExpire) {
      out.putByte(GET_AND_EXPIRE);
      out.putBytes(getAndExpire.key());
      writeExpiry(getAndExpire.expiry(), out);
    } else {
      throw new AssertionError("no code for " + operation.getClass());
    }
  }

  private static void writeExpiry(Expiry expiry, ByteWriter out) {
    out.putByte(expiry.kind().code());
    if (expiry.kind().hasMillis()) {
      out.putSigned(expiry.millis());
    }
  }

  private static void writeSearch(SearchOperation operation, ByteWriter out) {
    if (operation instanceof FindKeys find) {
      out.putByte(FIND_KEYS);
      out.putBytes(find.pattern());
    } else if (operation instanceof Scan scan) {
      out.putByte(SCAN);
      out.putUnsigned(scan.cursor());
      out.putBytes(scan.pattern());
      out.putUnsigned(scan.count());
    } else {
      throw new AssertionError("no code for " + operation.getClass());
    }
  }

  private static void writeTransaction(Transaction transaction, ByteWriter out) {
    out.putByte(transaction.isWrite() ? WRITING_TRANSACTION : READING_TRANSACTION);
    out.putUnsigned(transaction.maxAnswerBytes());
    out.putUnsigned(transaction.watched().size());
    for (Watched watched : transaction.watched()) {
      out.putBytes(watched.key());
      out.putUnsigned(watched.version());
    }
    out.putUnsigned(transaction.operations().size());
    for (Operation operation : transaction.operations()) {
      write(operation, out);
    }
  }

  static Operation read(ByteReader in) {
    int code = in.getByte();
    return code == READING_TRANSACTION || code == WRITING_TRANSACTION
        ? readTransaction(in)
        : readOne(code, in);
  }

  private static Operation readOne(int code, ByteReader in) {
    return switch (code) {
      case GET -> new Get(in.getBytes());
      case MULTI_GET -> new MultiGet(readAll(in));
      case EXISTS -> new Exists(readAll(in));
      case COUNT_KEYS -> new CountKeys();
      case TIME_TO_LIVE -> new TimeToLive(in.getBytes(), TimeForm.ofCode(in.getByte()));
      case LENGTH -> new Length(in.getBytes());
      case FIND_KEYS -> new FindKeys(in.getBytes());
      case SCAN -> readScan(in);
      case VERSIONS -> new Versions(readAll(in));
      case REFUSE_IF_PRESENT ->
        new RefuseIfPresent(in.getBytes(), Answer.Refusal.ofCode(in.getByte()));
      case SET -> readSet(in);
      case MULTI_SET -> readMultiSet(in);
      case DELETE -> new Delete(readAll(in));
      case INCREMENT -> new Increment(in.getBytes(), in.getSigned());
      case APPEND -> new Append(in.getBytes(), in.getBytes(), in.getInt());
      case ANNOUNCE -> new Announce(readShort(in), readShort(in));
      case EXPIRE -> readExpire(in);
      case PERSIST -> new Persist(in.getBytes());
      case GET_AND_EXPIRE -> new GetAndExpire(in.getBytes(), readExpiry(in));
      case GET_AND_DELETE -> new GetAndDelete(in.getBytes());
      case TICK -> new Tick();
      default ->
        throw FormatException.newer("operation " + code + " was written by a newer version");
    };
  }

  /** A name or an address. It is kept with every write of the state, and its length in two bytes. */
  private static Bytes readShort(ByteReader in) {
    Bytes text = in.getBytes();
    if (text.length() > MAX_ANNOUNCED_BYTES) {
      throw FormatException.malformed("a name or an address of " + text.length() + " bytes");
    }
    return text;
  }

  private static Set readSet(ByteReader in) {
    int flags = in.getByte();
    if ((flags & ~(CONDITION_BITS | RETURN_OLD | EXPIRY_BITS)) != 0) {
      throw FormatException.newer("a SET with flags " + flags + " was written by a newer version");
    }
    Condition condition = Condition.ofCode(flags & CONDITION_BITS);
    Expiry.Kind kind = Expiry.Kind.ofCode((flags & EXPIRY_BITS) >> EXPIRY_SHIFT);
    Bytes key = in.getBytes();
    Bytes value = in.getBytes();
    Bytes expected = condition == Condition.IF_EQUAL ? in.getBytes() : Bytes.EMPTY;
    Expiry expiry = new Expiry(kind, kind.hasMillis() ? in.getSigned() : 0);
    return new Set(key, value, condition, expected, (flags & RETURN_OLD) != 0, expiry);
  }

  private static MultiSet readMultiSet(ByteReader in) {
    List<Bytes> keys = readAll(in);
    List<Bytes> values = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      values.add(in.getBytes());
    }
    return new MultiSet(keys, values);
  }

  private static Expire readExpire(ByteReader in) {
    Bytes key = in.getBytes();
    Expiry expiry = readExpiry(in);
    if (!expiry.kind().hasMillis()) {
      throw FormatException.malformed("an EXPIRE without a time");
    }
    return new Expire(key, expiry, Unless.ofCode(in.getByte()));
  }

  private static Expiry readExpiry(ByteReader in) {
    Expiry.Kind kind = Expiry.Kind.ofCode(in.getByte());
    return new Expiry(kind, kind.hasMillis() ? in.getSigned() : 0);
  }

  private static Scan readScan(ByteReader in) {
    long cursor = in.getUnsigned();
    Bytes pattern = in.getBytes();
    long count = in.getUnsigned();
    if (count < 1) {
      throw FormatException.malformed("a SCAN in steps of " + count);
    }
    return new Scan(cursor, pattern, count);
  }

  /** None of its operations is a transaction, or bytes that make no sense could exhaust the stack. */
  private static Transaction readTransaction(ByteReader in) {
    int maxAnswerBytes = in.getInt();
    int watchedCount = in.getCount();
    List<Watched> watched = new ArrayList<>(watchedCount);
    for (int i = 0; i < watchedCount; i++) {
      watched.add(new Watched(in.getBytes(), in.getUnsigned()));
    }
    int count = in.getCount();
    List<Operation> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      operations.add(readOne(in.getByte(), in));
    }
    return new Transaction(watched, operations, maxAnswerBytes);
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
