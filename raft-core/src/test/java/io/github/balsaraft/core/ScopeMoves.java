package io.github.balsaraft.core;

import java.util.Arrays;

/** What is known to come of the inputs to one {@link ScopeReplica}: a small table by the number of the input. */
final class ScopeMoves {

  private int[] inputs = new int[4];
  private Move[] moves = new Move[4];
  private int size;

  Move get(int input) {
    for (int i = Math.floorMod(input * 0x9e3779b1, inputs.length); moves[i] != null; ) {
      if (inputs[i] == input) {
        return moves[i];
      }
      i = (i + 1) % inputs.length;
    }
    return null;
  }

  void put(int input, Move move) {
    if (2 * (size + 1) > inputs.length) {
      int[] oldInputs = inputs;
      Move[] oldMoves = moves;
      inputs = Arrays.copyOf(new int[0], 2 * oldInputs.length);
      moves = new Move[inputs.length];
      size = 0;
      for (int i = 0; i < oldInputs.length; i++) {
        if (oldMoves[i] != null) {
          put(oldInputs[i], oldMoves[i]);
        }
      }
    }
    int i = Math.floorMod(input * 0x9e3779b1, inputs.length);
    while (moves[i] != null) {
      i = (i + 1) % inputs.length;
    }
    inputs[i] = input;
    moves[i] = move;
    size++;
  }

  /** What comes of an input. */
  static final class Move {

    /** The replica afterwards; null if something went wrong. */
    final ScopeReplica to;

    /** The numbers of the messages that it sends, ascending. */
    final int[] sent;

    /** What went wrong, or null. */
    final String failure;

    Move(ScopeReplica to, int[] sent, String failure) {
      this.to = to;
      this.sent = sent;
      this.failure = failure;
    }
  }
}
