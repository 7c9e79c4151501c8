package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The operations of one part, laid out for {@link PartitionSearch}.
 *
 * <p>Completed operations are numbered in the order of their returns; position {@code p} of a search is the moment just
 * before operation {@code p} returns. Each has a slot, a small number that no operation with which it overlaps shares, so
 * that the set of those that overlap a position fits in few bits. Reads and writes have slots of their own.
 */
final class PartitionHistory<I, O> {

  // Unknown operations stand in arrays: the numbers of interchangeable ones, in the order of
  // invocation. Of these the earliest is always taken first.

  /** In the order of their returns. */
  final List<Operation<I, O>> completed;

  /** Without those that change nothing, which can be left out whatever the rest is. In the order of invocation. */
  final List<Operation<I, O>> unknown;

  /** By position: whether the completed operation is a read. */
  final boolean[] readOnly;

  final int[] slot;
  final int readSlots;
  final int writeSlots;

  /** By position: the writes that are under way, in the order of their returns. */
  final int[][] writesAt;

  /** By position: the reads that are under way. */
  final int[][] readsAt;

  /** By position: the reads that are under way and were not at the position before. */
  final int[][] newReadsAt;

  /** By position: how many of the unknown operations have been invoked. */
  final int[] unknownAt;

  /** By completed operation: whether it doesn't matter what came before, as long as it is allowed. */
  final boolean[] overwrite;

  /** The unknown operations that overwrite whatever there is. */
  final List<int[]> overwriting;

  /** The unknown operations that build upon what there is. */
  final List<int[]> building;

  /** By state: the unknown operations that change that state only. */
  final Map<Object, List<int[]>> changing;

  <S> PartitionHistory(SequentialModel<S, I, O> model, List<Operation<I, O>> operations) {
    Comparator<Operation<I, O>> byInvocation = Comparator.comparingLong(Operation::invoked);
    this.completed = operations.stream()
        .filter(operation -> !operation.isUnknown())
        .sorted(Comparator.<Operation<I, O>>comparingLong(Operation::returned)
            .thenComparing(byInvocation))
        .toList();
    this.unknown = operations.stream()
        .filter(operation -> operation.isUnknown() && !model.isReadOnly(operation.input(), null))
        .sorted(byInvocation)
        .toList();
    int size = completed.size();
    this.readOnly = new boolean[size];
    this.overwrite = new boolean[size];
    this.slot = new int[size];
    this.writesAt = new int[size][];
    this.readsAt = new int[size][];
    this.newReadsAt = new int[size][];
    this.unknownAt = new int[size];
    for (int i = 0; i < size; i++) {
      Operation<I, O> operation = completed.get(i);
      readOnly[i] = model.isReadOnly(operation.input(), operation.output());
      overwrite[i] = model.isOverwrite(operation.input(), operation.output());
    }
    Slots reads = new Slots();
    Slots writes = new Slots();
    sweep(reads, writes);
    this.readSlots = reads.count;
    this.writeSlots = writes.count;
    this.overwriting = new ArrayList<>();
    this.building = new ArrayList<>();
    this.changing = new HashMap<>();
    for (int[] kind : kinds(model)) {
      I input = unknown.get(kind[0]).input();
      S only = model.changesOnly(input);
      if (only != null) {
        changing.computeIfAbsent(only, any -> new ArrayList<>()).add(kind);
      } else {
        (model.isOverwrite(input, null) ? overwriting : building).add(kind);
      }
    }
  }

  private void sweep(Slots reads, Slots writes) {
    List<Integer> arrivals = new ArrayList<>();
    for (int i = 0; i < completed.size(); i++) {
      arrivals.add(i);
    }
    arrivals.sort(Comparator.comparingLong(i -> completed.get(i).invoked()));
    BitSet underWay = new BitSet();
    int arrived = 0;
    int invoked = 0;
    for (int position = 0; position < completed.size(); position++) {
      // An operation invoked at the very moment at which another returns overlaps it: the clock
      // can't tell.
      long now = completed.get(position).returned();
      List<Integer> newReads = new ArrayList<>();
      while (arrived < arrivals.size() && completed.get(arrivals.get(arrived)).invoked() <= now) {
        int operation = arrivals.get(arrived++);
        underWay.set(operation);
        slot[operation] = (readOnly[operation] ? reads : writes).take();
        if (readOnly[operation]) {
          newReads.add(operation);
        }
      }
      while (invoked < unknown.size() && unknown.get(invoked).invoked() <= now) {
        invoked++;
      }
      unknownAt[position] = invoked;
      newReadsAt[position] = newReads.stream().mapToInt(Integer::intValue).toArray();
      readsAt[position] =
          underWay.stream().filter(operation -> readOnly[operation]).toArray();
      writesAt[position] =
          underWay.stream().filter(operation -> !readOnly[operation]).toArray();
      underWay.clear(position);
      (readOnly[position] ? reads : writes).free(slot[position]);
    }
  }

  private List<int[]> kinds(SequentialModel<?, I, O> model) {
    Map<Object, List<Integer>> byKind = new LinkedHashMap<>();
    for (int i = 0; i < unknown.size(); i++) {
      byKind
          .computeIfAbsent(model.kind(unknown.get(i).input()), any -> new ArrayList<>())
          .add(i);
    }
    return byKind.values().stream()
        .map(numbers -> numbers.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** Gives out the lowest number that is free. */
  private static final class Slots {
    private final BitSet taken = new BitSet();
    private int count;

    int take() {
      int free = taken.nextClearBit(0);
      taken.set(free);
      count = Math.max(count, free + 1);
      return free;
    }

    void free(int slot) {
      taken.clear(slot);
    }
  }
}
