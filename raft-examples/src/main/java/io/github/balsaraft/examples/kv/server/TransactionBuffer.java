package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.command.Planned;
import io.github.balsaraft.examples.kv.resp.MemoryBudget;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.server.Run.QueuedCommand;
import io.github.balsaraft.examples.kv.state.SearchOperation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the commands of a connection between MULTI and EXEC as they are received. What becomes of them depends on their order
 * alone, so that whole transactions can be pipelined. Lives on the connection's event loop.
 */
final class TransactionBuffer {

  /** Bounds the time for which one transaction keeps the thread that applies. */
  static final int MAX_COMMANDS = 8192;

  private static final Reply QUEUED = new Reply.Status("QUEUED");
  private static final Reply NESTED = new Reply.Failure("ERR MULTI calls can not be nested");
  private static final Reply EXEC_ALONE = new Reply.Failure("ERR EXEC without MULTI");
  private static final Reply DISCARD_ALONE = new Reply.Failure("ERR DISCARD without MULTI");
  private static final Reply NOT_INSIDE =
      new Reply.Failure("ERR Command not allowed inside a transaction");
  private static final Reply WATCH_INSIDE =
      new Reply.Failure("ERR WATCH inside MULTI is not allowed");
  static final Reply ABORTED =
      new Reply.Failure("EXECABORT Transaction discarded because of previous errors.");

  static final Reply SEARCH_AND_WRITE = new Reply.Failure(
      "EXECABORT Transaction discarded because KEYS and SCAN can't be executed together with writes");

  private final MemoryBudget budget;
  private final int maxBytes;

  /** The commands since MULTI; null outside of a transaction. */
  private @Nullable List<Step> parts;

  private int heldBytes;
  private boolean spoilt;
  private Watches watches = new Watches();

  /**
   * A buffer.
   *
   * @param budget to which what is held is given back
   * @param maxBytes the most that a transaction may have, the keys that it watches included; more would not fit into an entry
   */
  TransactionBuffer(MemoryBudget budget, int maxBytes) {
    this.budget = budget;
    this.maxBytes = maxBytes;
  }

  /** What is to be done for the next command, and which bytes it answers for; what is kept here is answered for here. */
  QueuedCommand next(Planned planned, int bytes) {
    if (planned instanceof Planned.Immediate immediate) {
      if (immediate.endsTransaction()) {
        discard();
      }
      return new QueuedCommand(new Step.Ask(immediate.command()), bytes);
    }
    if (planned instanceof Planned.Abandoned abandoned) {
      discard();
      return answer(abandoned.error(), bytes);
    }
    List<Step> open = parts;
    return open == null ? outside(planned, bytes) : inside(planned, bytes, open);
  }

  private QueuedCommand outside(Planned planned, int bytes) {
    if (planned instanceof Planned.Multi) {
      parts = new ArrayList<>();
      spoilt = false;
      return answer(Reply.OK, bytes);
    } else if (planned instanceof Planned.Exec) {
      return answer(EXEC_ALONE, bytes);
    } else if (planned instanceof Planned.Discard) {
      return answer(DISCARD_ALONE, bytes);
    } else if (planned instanceof Planned.Unwatch) {
      unwatch();
      return answer(Reply.OK, bytes);
    } else if (planned instanceof Planned.Watch watch) {
      if (watches.heldBytes() + (long) bytes > maxBytes) {
        watches.fail();
        return answer(
            new Reply.Failure("ERR the keys of WATCH have at most " + maxBytes + " bytes together"),
            bytes);
      }
      watches.expect(bytes);
      return new QueuedCommand(new Step.Watch(watches, watch.keys()), 0);
    }
    return new QueuedCommand(step(planned), bytes);
  }

  private QueuedCommand inside(Planned planned, int bytes, List<Step> open) {
    if (planned instanceof Planned.Multi) {
      return answer(NESTED, bytes);
    } else if (planned instanceof Planned.Watch) {
      return answer(WATCH_INSIDE, bytes);
    } else if (planned instanceof Planned.Discard) {
      discard();
      return answer(Reply.OK, bytes);
    } else if (planned instanceof Planned.Exec) {
      return exec(bytes, open);
    } else if (planned instanceof Planned.Rejected rejected) {
      return spoil(rejected.error(), bytes);
    } else if (planned instanceof Planned.Deferred) {
      return spoil(NOT_INSIDE, bytes);
    } else if (open.size() == MAX_COMMANDS
        || (long) watches.heldBytes() + heldBytes + bytes > maxBytes) {
      return spoil(
          new Reply.Failure("ERR a transaction has at most " + MAX_COMMANDS + " commands and "
              + maxBytes + " bytes, with the keys that it watches"),
          bytes);
    }
    if (spoilt) {
      // It will never be executed, so there is nothing to keep.
      return answer(QUEUED, bytes);
    }
    open.add(planned instanceof Planned.Unwatch ? new Step.Answer(Reply.OK) : step(planned));
    heldBytes += bytes;
    return answer(QUEUED, 0);
  }

  private QueuedCommand exec(int bytes, List<Step> open) {
    if (spoilt) {
      discard();
      return answer(ABORTED, bytes);
    }
    if (looksForKeysAndWrites(open)) {
      discard();
      return answer(SEARCH_AND_WRITE, bytes);
    }
    Step execute = new Step.Execute(List.copyOf(open), watches);
    int all = bytes + heldBytes + watches.heldBytes();
    parts = null;
    heldBytes = 0;
    watches = new Watches();
    return new QueuedCommand(execute, all);
  }

  /** It would be a part of the log, and each replica look at all keys before it goes on, again at each start. */
  private static boolean looksForKeysAndWrites(List<Step> open) {
    boolean looks = false;
    boolean writes = false;
    for (Step step : open) {
      if (step instanceof Step.Do some) {
        looks |= some.operation() instanceof SearchOperation;
        writes |= some.operation().isWrite();
      }
    }
    return looks && writes;
  }

  private QueuedCommand spoil(Reply error, int bytes) {
    spoilt = true;
    giveUpParts();
    return answer(error, bytes);
  }

  private void giveUpParts() {
    budget.giveBack(heldBytes);
    heldBytes = 0;
    if (parts != null) {
      parts.clear();
    }
  }

  /** Whether bytes of the memory budget are kept until the client goes on. */
  boolean isHolding() {
    return heldBytes > 0 || watches.heldBytes() > 0;
  }

  private void unwatch() {
    budget.giveBack(watches.heldBytes());
    watches = new Watches();
  }

  /** Gives everything up that was begun; also to be called when the connection ends. */
  void discard() {
    giveUpParts();
    parts = null;
    unwatch();
  }

  private static QueuedCommand answer(Reply reply, int bytes) {
    return new QueuedCommand(new Step.Answer(reply), bytes);
  }

  private static Step step(Planned planned) {
    if (planned instanceof Planned.Fixed fixed) {
      return new Step.Answer(fixed.reply());
    } else if (planned instanceof Planned.Rejected rejected) {
      return new Step.Answer(rejected.error());
    } else if (planned instanceof Planned.Local local) {
      return new Step.Ask(local.command());
    } else if (planned instanceof Planned.Deferred deferred) {
      return new Step.Await(deferred.command());
    } else if (planned instanceof Planned.Stateful stateful) {
      return new Step.Do(stateful.operation());
    }
    throw new AssertionError("nothing to do for " + planned.getClass());
  }
}
