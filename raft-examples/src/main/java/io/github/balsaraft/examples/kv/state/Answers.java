package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.Answer.Count;
import io.github.balsaraft.examples.kv.state.Answer.Done;
import io.github.balsaraft.examples.kv.state.Answer.Nil;
import io.github.balsaraft.examples.kv.state.Answer.NoRoom;
import io.github.balsaraft.examples.kv.state.Answer.Page;
import io.github.balsaraft.examples.kv.state.Answer.Refusal;
import io.github.balsaraft.examples.kv.state.Answer.Refused;
import io.github.balsaraft.examples.kv.state.Answer.Several;
import io.github.balsaraft.examples.kv.state.Answer.Value;
import io.github.balsaraft.examples.kv.state.Answer.Values;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The answers to a {@link Batch} as bytes: version (1), then each answer, a code and what belongs to it. There may be fewer
 * answers than operations; the rest of the operations were not done. A single {@link NoRoom} says that none was.
 */
public final class Answers {

  private static final int VERSION = 1;

  private static final int DONE = 0;
  private static final int NIL = 1;
  private static final int COUNT = 2;
  private static final int VALUE = 3;
  private static final int VALUES = 4;
  private static final int REFUSED = 5;
  private static final int SEVERAL = 6;
  private static final int PAGE = 7;
  private static final int NO_ROOM = 8;

  private Answers() {}

  /** Applies a batch, as far as its bounds allow. */
  static byte[] applyAll(Batch batch, Keyspace keyspace) {
    ByteWriter out = new ByteWriter(2 + 2 * batch.operations().size());
    out.putByte(VERSION);
    int empty = out.size();
    int maxBytes = Math.min(batch.maxAnswerBytes(), Batch.MOST_ANSWER_BYTES);
    long rewrittenBytes = 0;
    long looks = 0;
    for (Operation operation : batch.operations()) {
      boolean first = out.size() == empty;
      if (!first
          && (out.size() > maxBytes
              || rewrittenBytes > Batch.MOST_REWRITTEN_BYTES
              || looks > Batch.MOST_LOOKS)) {
        break;
      }
      long atMost = AnswerBound.of(operation, keyspace);
      if (atMost > 0 && out.size() + atMost > batch.maxAnswerBytes()) {
        if (first) {
          write(new NoRoom(out.size() + atMost), out);
        }
        break;
      }
      looks += operation.looks(keyspace.size());
      // One operation may name a key any number of times.
      Answer answer = operation.applyTo(keyspace, mostBytes(operation, Batch.MOST_ANSWER_BYTES));
      rewrittenBytes += operation.rewrittenBytes(answer);
      write(answer, out);
    }
    return out.toArray();
  }

  /** A bound for the answer of one operation: who asks for one value gets it, whatever its length. */
  static long mostBytes(Operation operation, long bytes) {
    return operation instanceof Operation.Get ? Long.MAX_VALUE : bytes;
  }

  /**
   * Reads the answers to a batch.
   *
   * @throws FormatException if they are of a newer version or no answers at all
   */
  public static List<Answer> decode(byte[] bytes) {
    ByteReader in = new ByteReader(ByteBuffer.wrap(bytes));
    int version = in.getByte();
    if (version != VERSION) {
      throw FormatException.newer(
          "answers of version " + version + "; this program reads version " + VERSION);
    }
    List<Answer> answers = new ArrayList<>();
    while (in.hasMore()) {
      answers.add(read(in));
    }
    return answers;
  }

  private static void write(Answer answer, ByteWriter out) {
    if (answer instanceof Done) {
      out.putByte(DONE);
    } else if (answer instanceof Nil) {
      out.putByte(NIL);
    } else if (answer instanceof Count count) {
      out.putByte(COUNT);
      out.putSigned(count.value());
    } else if (answer instanceof Value value) {
      out.putByte(VALUE);
      out.putBytes(value.bytes());
    } else if (answer instanceof Values values) {
      out.putByte(VALUES);
      out.putUnsigned(values.values().size());
      for (Optional<Bytes> value : values.values()) {
        out.putByte(value.isPresent() ? VALUE : NIL);
        value.ifPresent(out::putBytes);
      }
    } else if (answer instanceof Several several) {
      out.putByte(SEVERAL);
      out.putUnsigned(several.answers().size());
      several.answers().forEach(one -> write(one, out));
    } else if (answer instanceof Page page) {
      out.putByte(PAGE);
      out.putUnsigned(page.cursor());
      out.putUnsigned(page.found().size());
      page.found().forEach(out::putBytes);
    } else if (answer instanceof NoRoom none) {
      out.putByte(NO_ROOM);
      out.putUnsigned(none.bytes());
    } else if (answer instanceof Refused refused) {
      out.putByte(REFUSED);
      out.putByte(refused.refusal().code());
    } else {
      throw new AssertionError("no code for " + answer.getClass());
    }
  }

  private static Answer read(ByteReader in) {
    int code = in.getByte();
    return code == SEVERAL ? readSeveral(in) : readOne(code, in);
  }

  /** None of them is several itself, or bytes that make no sense could exhaust the stack. */
  private static Several readSeveral(ByteReader in) {
    int count = in.getCount();
    List<Answer> answers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      answers.add(readOne(in.getByte(), in));
    }
    return new Several(answers);
  }

  private static Answer readOne(int code, ByteReader in) {
    return switch (code) {
      case DONE -> Done.DONE;
      case NIL -> Nil.NIL;
      case COUNT -> new Count(in.getSigned());
      case VALUE -> new Value(in.getBytes());
      case VALUES -> readValues(in);
      case PAGE -> readPage(in);
      case NO_ROOM -> new NoRoom(in.getUnsigned());
      case REFUSED -> new Refused(Refusal.ofCode(in.getByte()));
      default -> throw FormatException.newer("answer " + code + " was written by a newer version");
    };
  }

  private static Page readPage(ByteReader in) {
    long cursor = in.getUnsigned();
    int count = in.getCount();
    List<Bytes> found = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      found.add(in.getBytes());
    }
    return new Page(cursor, found);
  }

  private static Values readValues(ByteReader in) {
    int count = in.getCount();
    List<Optional<Bytes>> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(in.getByte() == VALUE ? Optional.of(in.getBytes()) : Optional.empty());
    }
    return new Values(values);
  }
}
