package io.github.balsaraft.testing.simulation.faults;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing that is done to a cluster. It ends by itself after a while if it is of the kind that ends.
 *
 * @param atNanos when it begins
 * @param kind what
 * @param lastsNanos for how long; the meaning is the kind's
 * @param host of which host, counted in the order of their names, or {@link #LEADER}; other kinds may leave it out of account
 * @param other another host
 * @param amount how much; the meaning is the kind's
 */
public record Fault(
    long atNanos, FaultKind kind, long lastsNanos, int host, int other, long amount) {

  /** The host that leads when the fault begins. Nothing happens if none does. */
  public static final int LEADER = -1;

  private static final Pattern TEXT = Pattern.compile(
      "at (\\d+\\.\\d{9}) s (\\w+) of (leader|host \\d+), other host (\\d+), lasts (\\d+\\.\\d{9}) s, amount (-?\\d+)");
  private static final int DIGITS = 9;
  private static final String LEADING = "leader";
  private static final String HOST = "host ";

  /**
   * Reads what {@link #toString} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Fault parse(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a fault: " + text);
    }
    String host = parts.group(3);
    return new Fault(
        nanos(parts.group(1)),
        FaultKind.valueOf(parts.group(2)),
        nanos(parts.group(5)),
        host.equals(LEADING) ? LEADER : Integer.parseInt(host.substring(HOST.length())),
        Integer.parseInt(parts.group(4)),
        Long.parseLong(parts.group(6)));
  }

  private static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos, DIGITS).toPlainString();
  }

  private static long nanos(String seconds) {
    return new BigDecimal(seconds).unscaledValue().longValueExact();
  }

  /** All of it in a line that can be read, by people and by {@link #parse}. */
  @Override
  public String toString() {
    return "at " + seconds(atNanos) + " s " + kind + " of "
        + (host == LEADER ? LEADING : HOST + host) + ", other host " + other + ", lasts "
        + seconds(lastsNanos) + " s, amount " + amount;
  }
}
