package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import io.github.balsaraft.examples.kv.state.Expiry;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET and GETEX that set a deadline, as they are read one after the other. Whether the time itself makes sense is
 * seen last, as in Redis.
 */
final class ExpiryOptions {

  /** Options of deadlines. */
  private enum Option {
    EX,
    PX,
    EXAT,
    PXAT;

    boolean isInSeconds() {
      return this == EX || this == EXAT;
    }

    boolean isFromNowOn() {
      return this == EX || this == PX;
    }
  }

  private final boolean afterGet;
  private @Nullable Option option;
  private Bytes time = Bytes.EMPTY;

  /** KEEPTTL or PERSIST. */
  private boolean withoutTime;

  private ExpiryOptions(boolean afterGet) {
    this.afterGet = afterGet;
  }

  /** Those of SET, among them KEEPTTL. */
  static ExpiryOptions ofSet() {
    return new ExpiryOptions(false);
  }

  /** Those of GETEX, among them PERSIST. */
  static ExpiryOptions ofGet() {
    return new ExpiryOptions(true);
  }

  /**
   * Takes an option.
   *
   * @param name in capitals
   * @param next the word behind it, if there is one
   * @return how many words it was: 0 if it is none of these, or contradicts one before it
   */
  int take(String name, @Nullable Bytes next) {
    if (name.equals(afterGet ? "PERSIST" : "KEEPTTL")) {
      withoutTime |= option == null;
      return option == null ? 1 : 0;
    }
    Option wanted = switch (name) {
      case "EX" -> Option.EX;
      case "PX" -> Option.PX;
      case "EXAT" -> Option.EXAT;
      case "PXAT" -> Option.PXAT;
      default -> null;
    };
    boolean contradicts = withoutTime || (option != null && option != wanted);
    if (wanted == null || contradicts || next == null) {
      return 0;
    }
    option = wanted;
    time = next;
    return 2;
  }

  /** Whether any was given. */
  boolean isGiven() {
    return withoutTime || option != null;
  }

  /** What they mean; to be asked if {@link #error} is null. */
  Expiry expiry() {
    if (option == null) {
      return withoutTime && !afterGet ? Expiry.AS_BEFORE : Expiry.NEVER;
    }
    long millis = Decimal.parse(time).orElseThrow() * (option.isInSeconds() ? 1000 : 1);
    return option.isFromNowOn() ? Expiry.after(millis) : Expiry.at(millis);
  }

  /** What is wrong with the time, or null. */
  @Nullable
  Reply error(String command, long clockMillis) {
    if (option == null) {
      return null;
    }
    OptionalLong number = Decimal.parse(time);
    if (number.isEmpty()) {
      return Errors.NOT_AN_INTEGER;
    }
    long most = Times.most(option.isInSeconds(), option.isFromNowOn(), clockMillis);
    long wanted = number.getAsLong();
    return wanted <= 0 || wanted > most ? Errors.invalidExpireTime(command) : null;
  }
}
