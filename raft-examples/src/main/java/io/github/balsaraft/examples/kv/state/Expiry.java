package io.github.balsaraft.examples.kv.state;

/**
 * What becomes of the deadline of a key.
 *
 * @param millis of {@link Kind#AFTER} from the log time of the entry on; of {@link Kind#AT} since 1970; else 0
 */
public record Expiry(Kind kind, long millis) {

  /** There is none afterwards. */
  public static final Expiry NEVER = new Expiry(Kind.NEVER, 0);

  /** It stays as it is: KEEPTTL. */
  public static final Expiry AS_BEFORE = new Expiry(Kind.AS_BEFORE, 0);

  /** The choices. */
  public enum Kind {
    /** No deadline. */
    NEVER(0),
    /** The deadline of before, if there is one. */
    AS_BEFORE(1),
    /** So long from now on. */
    AFTER(2),
    /** At that time. */
    AT(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** What stands for it in the log, two bits; never used for anything else. */
    int code() {
      return code;
    }

    boolean hasMillis() {
      return this == AFTER || this == AT;
    }

    static Kind ofCode(int code) {
      return switch (code) {
        case 0 -> NEVER;
        case 1 -> AS_BEFORE;
        case 2 -> AFTER;
        case 3 -> AT;
        default ->
          throw FormatException.newer("expiry " + code + " was written by a newer version");
      };
    }
  }

  /** So many milliseconds from now on. */
  public static Expiry after(long millis) {
    return new Expiry(Kind.AFTER, millis);
  }

  /** So many milliseconds after the beginning of 1970. */
  public static Expiry at(long millis) {
    return new Expiry(Kind.AT, millis);
  }

  /**
   * The deadline; it may be in the past.
   *
   * @param before the deadline that the key has, or {@link Stored#NO_DEADLINE}
   */
  long deadlineMillis(long before, long logTimeMillis) {
    return switch (kind) {
      case NEVER -> Stored.NO_DEADLINE;
      case AS_BEFORE -> before;
      // One that would be later than time can say is as good as the last one there is.
      case AFTER -> {
        long sum = logTimeMillis + millis;
        yield millis > 0 && sum < 0 ? Long.MAX_VALUE : atLeastOne(sum);
      }
      case AT -> atLeastOne(millis);
    };
  }

  /** 0 stands for none, and whatever is before 1970 is as much in the past as its first millisecond. */
  private static long atLeastOne(long millis) {
    return Math.max(1, millis);
  }
}
