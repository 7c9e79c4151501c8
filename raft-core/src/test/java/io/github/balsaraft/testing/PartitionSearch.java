package io.github.balsaraft.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations of one part that the model allows and that respects real time: depth first, with a
 * memory of where it has been (Wing and Gong 1993, Lowe 2017).
 *
 * <p>It walks from return to return. Operations are put in order as late as possible: a write only when a return demands it,
 * itself or another one before it. What keeps the search short:
 *
 * <ul>
 *   <li>A read is taken at once when the state allows it. It changes nothing, so nothing is lost by that.
 *   <li>An unknown operation is tried last, never where it changes nothing, and of interchangeable ones only the earliest.
 *   <li>A configuration is left if one as good was reached before: see {@link SearchCache}. In particular, having used up
 *       an unknown operation for nothing is never as good as having it still.
 * </ul>
 */
final class PartitionSearch<S, I, O> {

  /** How a search ended. */
  enum Verdict {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    GAVE_UP
  }

  /** With its list of operations and its place on the path. */
  private static final long NODE_BYTES = 160;

  private final SequentialModel<S, I, O> model;
  private final LinearizabilityChecker.Limits limits;
  private final PartitionHistory<I, O> history;
  private final SearchCache<S> cache;
  private long steps;

  /** What the nodes on the path and those that are still to be tried take. */
  private long pathBytes;

  private List<Operation<I, O>> witness = List.of();

  PartitionSearch(
      SequentialModel<S, I, O> model,
      List<Operation<I, O>> operations,
      LinearizabilityChecker.Limits limits) {
    this.model = model.focusedOn(operations);
    this.limits = limits;
    this.history = new PartitionHistory<>(this.model, operations);
    this.cache = new SearchCache<>(this.model::bytes);
  }

  Verdict run() {
    Deque<Node> path = new ArrayDeque<>();
    Node start = settle(
        null,
        0,
        model.initial(),
        Bits.noneOf(history.writeSlots),
        Bits.noneOf(history.readSlots),
        Bits.noneOf(history.unknown.size()),
        null);
    visit(start, path);
    while (!path.isEmpty()) {
      Node node = path.getLast();
      if (node.position == history.completed.size()) {
        witness = node.order();
        return Verdict.LINEARIZABLE;
      }
      if (steps > limits.maxSteps() || bytes() > limits.maxBytes()) {
        return Verdict.GAVE_UP;
      }
      Node child = node.nextChild();
      if (child == null) {
        path.removeLast();
        pathBytes -= node.bytes;
      } else {
        visit(child, path);
      }
    }
    return Verdict.NOT_LINEARIZABLE;
  }

  private void visit(Node node, Deque<Node> path) {
    if (cache.isWorthwhile(node.position, node.state, node.writes, node.reads, node.used)) {
      path.addLast(node);
      pathBytes += node.bytes;
    }
  }

  /** An order that explains everything, if there is one. */
  List<Operation<I, O>> witness() {
    return witness;
  }

  /** How often the model was asked. */
  long steps() {
    return steps;
  }

  int configurations() {
    return cache.size();
  }

  /** About how much memory it takes. */
  long bytes() {
    return cache.bytes() + pathBytes;
  }

  /** How many returns could be explained, in some order. */
  int explained() {
    return Math.max(0, cache.furthest());
  }

  /** The completed operations in the order of their returns. */
  List<Operation<I, O>> byReturn() {
    return history.completed;
  }

  /** The states in which the first return was found that can't be explained. */
  Set<S> statesAtEnd() {
    return cache.statesAtFurthest();
  }

  private @Nullable S step(S state, Operation<I, O> operation) {
    steps++;
    return model.step(state, operation.input(), operation.output());
  }

  // ------------------------------------------------------------------ nodes

  /** Takes the reads that the state allows, and goes on past all returns of operations that are done. */
  private Node settle(
      @Nullable Node parent,
      int fromPosition,
      S state,
      Bits writes,
      Bits reads,
      Bits used,
      @Nullable Operation<I, O> taken) {
    List<Operation<I, O>> order = new ArrayList<>(1);
    if (taken != null) {
      order.add(taken);
    }
    Bits writesDone = writes;
    Bits readsDone = reads;
    int position = fromPosition;
    int[] candidates = position < history.completed.size() ? history.readsAt[position] : new int[0];
    while (position < history.completed.size()) {
      for (int read : candidates) {
        int slot = history.slot[read];
        if (!readsDone.has(slot) && step(state, history.completed.get(read)) != null) {
          readsDone = readsDone.with(slot);
          order.add(history.completed.get(read));
        }
      }
      int slot = history.slot[position];
      boolean read = history.readOnly[position];
      if (!(read ? readsDone : writesDone).has(slot)) {
        break;
      }
      // The slot is free for another operation from here on.
      readsDone = read ? readsDone.without(slot) : readsDone;
      writesDone = read ? writesDone : writesDone.without(slot);
      position++;
      // The others have been tried in this state.
      candidates = position < history.completed.size() ? history.newReadsAt[position] : candidates;
    }
    return new Node(parent, position, state, writesDone, readsDone, used, order);
  }

  /** One configuration on the path that is being tried. */
  private final class Node {
    private final @Nullable Node parent;
    private final int position;
    private final S state;

    /** The slots of writes that are under way at the position and done. */
    private final Bits writes;

    /** The slots of reads that are under way at the position and done. */
    private final Bits reads;

    /** The unknown operations that took effect. */
    private final Bits used;

    /** What came into the order with this node. */
    private final List<Operation<I, O>> order;

    /** About how much memory it takes, with its children that are still to be tried. */
    private long bytes;

    private boolean triedFirst;
    private boolean blocked = true;
    private @Nullable Deque<Node> others;

    Node(
        @Nullable Node parent,
        int position,
        S state,
        Bits writes,
        Bits reads,
        Bits used,
        List<Operation<I, O>> order) {
      this.parent = parent;
      this.position = position;
      this.state = state;
      this.writes = writes;
      this.reads = reads;
      this.used = used;
      this.order = order;
      this.bytes = NODE_BYTES
          + model.bytes(state)
          + 8L * order.size()
          + writes.bytes()
          + reads.bytes()
          + used.bytes();
    }

    /** The next way to go on from here, best first, or null if all have been tried. */
    @Nullable
    Node nextChild() {
      if (!triedFirst) {
        triedFirst = true;
        Node first = history.readOnly[position] ? null : afterWrite(position);
        if (first != null) {
          blocked = false;
          return first;
        }
      }
      if (others == null) {
        others = new ArrayDeque<>(otherChildren());
        others.forEach(child -> nowHolds(child.bytes));
      }
      // Not kept here any longer: with it went all that was ever tried below it.
      Node next = others.poll();
      if (next != null) {
        nowHolds(-next.bytes);
      }
      return next;
    }

    private void nowHolds(long more) {
      bytes += more;
      pathBytes += more;
    }

    private List<Node> otherChildren() {
      List<Node> children = new ArrayList<>();
      for (int write : history.writesAt[position]) {
        if (write != position && !writes.has(history.slot[write])) {
          addIfAllowed(children, afterWrite(write));
        }
      }
      if (unknownMayHelp()) {
        // Overwriting what an unknown operation has written, unseen, is as good as not having
        // written it.
        if (!isIdleUnknown()) {
          history.overwriting.forEach(kind -> addIfAllowed(children, afterUnknown(kind)));
        }
        history.building.forEach(kind -> addIfAllowed(children, afterUnknown(kind)));
        history
            .changing
            .getOrDefault(state, List.of())
            .forEach(kind -> addIfAllowed(children, afterUnknown(kind)));
      }
      children.sort(Comparator.comparing(child -> model.isUnlikely(child.state)));
      if (blocked) {
        // What lets the awaited operation return is worth trying before what doesn't.
        children.sort(Comparator.comparing(child -> !child.unblocks(position)));
      }
      return children;
    }

    /**
     * Whether an unknown operation can make a difference to the next completed one: to a read, which would have been taken
     * if it were allowed; to a write that isn't allowed; or to what a write makes of the state.
     */
    private boolean unknownMayHelp() {
      for (int read : history.readsAt[position]) {
        if (!reads.has(history.slot[read])) {
          return true;
        }
      }
      for (int write : history.writesAt[position]) {
        if (!writes.has(history.slot[write])
            && (!history.overwrite[write] || step(state, history.completed.get(write)) == null)) {
          return true;
        }
      }
      return false;
    }

    /** Whether this node is an unknown operation that no read has seen. */
    private boolean isIdleUnknown() {
      return order.size() == 1 && order.get(0).isUnknown();
    }

    private void addIfAllowed(List<Node> children, @Nullable Node child) {
      if (child != null) {
        children.add(child);
      }
    }

    private boolean unblocks(int awaited) {
      return position > awaited
          || (!history.readOnly[awaited] && step(state, history.completed.get(awaited)) != null);
    }

    private @Nullable Node afterWrite(int write) {
      Operation<I, O> operation = history.completed.get(write);
      S next = step(state, operation);
      return next == null
          ? null
          : settle(this, position, next, writes.with(history.slot[write]), reads, used, operation);
    }

    private @Nullable Node afterUnknown(int[] kind) {
      for (int number : kind) {
        if (number >= history.unknownAt[position]) {
          return null;
        }
        if (!used.has(number)) {
          Operation<I, O> operation = history.unknown.get(number);
          S next = step(state, operation);
          return next == null || next.equals(state)
              ? null
              : settle(this, position, next, writes, reads, used.with(number), operation);
        }
      }
      return null;
    }

    List<Operation<I, O>> order() {
      Deque<List<Operation<I, O>>> parts = new ArrayDeque<>();
      for (Node node = this; node != null; node = node.parent) {
        parts.addFirst(node.order);
      }
      List<Operation<I, O>> whole = new ArrayList<>();
      parts.forEach(whole::addAll);
      return whole;
    }
  }
}
