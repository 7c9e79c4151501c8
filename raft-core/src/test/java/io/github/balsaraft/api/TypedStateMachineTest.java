package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.StateMachineContract;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A state machine that deals in values of its own types. */
class TypedStateMachineTest {

  private record Deposit(String account, long amount) {}

  private static final byte VERSION = 1;

  private static final Codec<Deposit> DEPOSITS = Codec.of(
      deposit -> {
        byte[] account = deposit.account().getBytes(UTF_8);
        return ByteBuffer.allocate(9 + account.length)
            .put(VERSION)
            .putLong(deposit.amount())
            .put(account)
            .array();
      },
      bytes -> {
        if (bytes.remaining() < 9) {
          throw new CommandRejectedException("a deposit is cut off");
        }
        if (bytes.get() != VERSION) {
          throw new UnknownFormatException("a deposit of a newer version");
        }
        long amount = bytes.getLong();
        return new Deposit(UTF_8.decode(bytes).toString(), amount);
      });

  private static final Codec<Long> NUMBERS = Codec.of(
      number -> ByteBuffer.allocate(Long.BYTES).putLong(number).array(), ByteBuffer::getLong);

  private static final TypedCodecs<Deposit, Long, String, Long> CODECS =
      new TypedCodecs<>(DEPOSITS, NUMBERS, Codec.text(), NUMBERS);

  private static final class Accounts extends TypedStateMachine<Deposit, Long, String, Long> {
    private final Map<String, Long> balances = new TreeMap<>();

    Accounts() {
      super(CODECS);
    }

    @Override
    protected Long apply(Deposit deposit, Command entry) {
      long balance = ask(deposit.account()) + deposit.amount();
      if (balance < 0) {
        throw new CommandRejectedException(deposit.account() + " has too little");
      }
      balances.put(deposit.account(), balance);
      return balance;
    }

    @Override
    protected Long ask(String account) {
      return balances.getOrDefault(account, 0L);
    }
  }

  private final Accounts machine = new Accounts();
  private long index;

  private byte[] applyBytes(byte[] payload) {
    return machine.apply(new MadeUpCommand(++index, 1, 1000, payload));
  }

  private CompletableFuture<byte[]> propose(byte[] payload) {
    try {
      return CompletableFuture.completedFuture(applyBytes(payload));
    } catch (CommandRejectedException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<byte[]> query(byte[] query) {
    return CompletableFuture.completedFuture(machine.query(query));
  }

  private long deposit(String account, long amount) {
    return CODECS.propose(this::propose, new Deposit(account, amount)).join();
  }

  private long balance(String account) {
    return CODECS.query(this::query, account).join();
  }

  @Test
  void callersAndMachineDealInValues() {
    assertThat(deposit("ann", 7)).isEqualTo(7);
    assertThat(deposit("ann", 5)).isEqualTo(12);
    assertThat(balance("ann")).isEqualTo(12);
    assertThat(balance("bob")).isZero();
  }

  @Test
  void whatTheMachineRefusesIsToldToTheProposer() {
    deposit("ann", 7);
    assertThatThrownBy(() -> deposit("ann", -8))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CommandRejectedException.class)
        .hasMessage("ann has too little");
    assertThat(balance("ann")).isEqualTo(7);
  }

  /** One bad client must not stop the whole group. */
  @Test
  void anUndecodableCommandIsRefusedAndAllGoesOn() {
    deposit("ann", 7);
    CompletableFuture<byte[]> result = propose(new byte[] {1, 2, 3});
    assertThatThrownBy(
            () -> CODECS.propose(bytes -> result, new Deposit("ignored", 0)).join())
        .cause()
        .isInstanceOf(CommandRejectedException.class)
        .hasMessage("a deposit is cut off");
    assertThat(deposit("ann", 1)).isEqualTo(8);
  }

  /** To refuse it would be to skip what a replica of the newer version applies. */
  @Test
  void aCommandOfANewerVersionStopsTheReplica() {
    byte[] newer = DEPOSITS.encode(new Deposit("ann", 7));
    newer[0] = 2;
    assertThatThrownBy(() -> applyBytes(newer)).isInstanceOf(UnknownFormatException.class);
  }

  @Nested
  class AsAnyStateMachine extends StateMachineContract {
    @Override
    protected StateMachine newStateMachine() {
      return new Accounts();
    }

    @Override
    protected byte[] command(Random random) {
      return random.nextInt(10) == 0
          ? new byte[random.nextInt(9)]
          : DEPOSITS.encode(new Deposit("a" + random.nextInt(3), random.nextInt(20) - 8));
    }

    @Override
    protected byte[] query(Random random) {
      return ("a" + random.nextInt(3)).getBytes(UTF_8);
    }
  }
}
