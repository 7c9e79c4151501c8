package io.github.balsaraft.examples.kv.state;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All keys, in a tree whose branches are five bits of a key's hash each. Compared with a hash table, no operation ever moves
 * everything, which would be a pause of apply; walking it in the order of hashes can stop and go on anywhere, whatever was
 * inserted and removed meanwhile; and {@link #freeze} gives a picture of this moment for nothing.
 *
 * <p>Used by one thread at a time.
 */
final class KeyTable {

  private static final int BITS = 5;

  private static final int LEVELS = 12;

  /** How many bits of a hash tell keys apart; keys that are equal in these are kept in one array. */
  private static final int PREFIX_BITS = BITS * LEVELS;

  /** One more than the largest {@link #prefix}. */
  private static final long END = 1L << PREFIX_BITS;

  private final ToLongFunction<Bytes> hash;

  private Node root = new Node(0, 0, new Object[0]);
  private int size;

  /** Nodes of earlier editions belong to pictures too, and are copied before they change. */
  private long edition;

  /** What {@link #put} and {@link #remove} have found in the place of the key. */
  private @Nullable Stored displaced;

  KeyTable() {
    this(KeyHash::of);
  }

  /** With another hash, for tests: with this one no two keys are ever equal in all bits that count. */
  KeyTable(ToLongFunction<Bytes> hash) {
    this.hash = hash;
  }

  /** Sees one key; false ends the walk. */
  private interface Visitor {
    boolean visit(Stored stored, long prefix);
  }

  /** A node, each of whose children is a node, a {@link Stored}, or an array of those below the lowest level. */
  private static final class Node {
    private final long edition;
    private int bitmap;
    private Object[] children;

    Node(long edition, int bitmap, Object[] children) {
      this.edition = edition;
      this.bitmap = bitmap;
      this.children = children;
    }

    boolean has(int branch) {
      return (bitmap & (1 << branch)) != 0;
    }

    int position(int branch) {
      return Integer.bitCount(bitmap & ((1 << branch) - 1));
    }

    void insert(int branch, Object child) {
      int at = position(branch);
      Object[] more = new Object[children.length + 1];
      System.arraycopy(children, 0, more, 0, at);
      System.arraycopy(children, at, more, at + 1, children.length - at);
      more[at] = child;
      children = more;
      bitmap |= 1 << branch;
    }

    void delete(int branch) {
      int at = position(branch);
      Object[] fewer = new Object[children.length - 1];
      System.arraycopy(children, 0, fewer, 0, at);
      System.arraycopy(children, at + 1, fewer, at, fewer.length - at);
      children = fewer;
      bitmap &= ~(1 << branch);
    }
  }

  /** The keys of one moment. Any thread may walk it, while the table goes on changing. */
  final class Frozen {
    private final Node root;
    private final int size;

    private Frozen(Node root, int size) {
      this.root = root;
      this.size = size;
    }

    int size() {
      return size;
    }

    /** Sees every key, in the order of hashes. */
    void forEach(Consumer<Stored> consumer) {
      boolean unused = walk(root, 0, 0, (stored, prefix) -> {
        consumer.accept(stored);
        return true;
      });
    }
  }

  int size() {
    return size;
  }

  /** A picture of this moment. Costs nothing now; later, a copy of each node that changes while the picture is in use. */
  Frozen freeze() {
    edition++;
    return new Frozen(root, size);
  }

  @Nullable
  Stored get(Bytes key) {
    long prefix = prefix(key);
    Node node = root;
    for (int level = 0; ; level++) {
      int branch = branch(prefix, level);
      if (!node.has(branch)) {
        return null;
      }
      Object child = node.children[node.position(branch)];
      if (child instanceof Node below) {
        node = below;
      } else {
        return found(child, key);
      }
    }
  }

  private static @Nullable Stored found(Object leaf, Bytes key) {
    if (leaf instanceof Stored one) {
      return one.key().equals(key) ? one : null;
    }
    for (Stored one : (Stored[]) leaf) {
      if (one.key().equals(key)) {
        return one;
      }
    }
    return null;
  }

  /** Puts a key into the table and answers what it replaces. */
  @Nullable
  Stored put(Stored stored) {
    displaced = null;
    root = put(root, 0, prefix(stored.key()), stored);
    Stored old = displaced;
    if (old == null) {
      size++;
    }
    return old;
  }

  private Node put(Node shared, int level, long prefix, Stored stored) {
    Node node = owned(shared);
    int branch = branch(prefix, level);
    if (!node.has(branch)) {
      node.insert(branch, stored);
      return node;
    }
    int at = node.position(branch);
    Object child = node.children[at];
    if (child instanceof Node below) {
      node.children[at] = put(below, level + 1, prefix, stored);
    } else if (child instanceof Stored one) {
      if (one.key().equals(stored.key())) {
        displaced = one;
        node.children[at] = stored;
      } else {
        node.children[at] = together(one, prefix(one.key()), stored, prefix, level + 1);
      }
    } else {
      node.children[at] = with((Stored[]) child, stored);
    }
    return node;
  }

  /** What holds two keys that are equal in all levels above. */
  private Object together(Stored a, long prefixOfA, Stored b, long prefixOfB, int level) {
    if (level == LEVELS) {
      return new Stored[] {a, b};
    }
    Node node = new Node(edition, 0, new Object[0]);
    int branchOfA = branch(prefixOfA, level);
    int branchOfB = branch(prefixOfB, level);
    if (branchOfA == branchOfB) {
      node.insert(branchOfA, together(a, prefixOfA, b, prefixOfB, level + 1));
    } else {
      node.insert(branchOfA, a);
      node.insert(branchOfB, b);
    }
    return node;
  }

  private Stored[] with(Stored[] leaf, Stored stored) {
    for (int i = 0; i < leaf.length; i++) {
      if (leaf[i].key().equals(stored.key())) {
        displaced = leaf[i];
        Stored[] next = leaf.clone();
        next[i] = stored;
        return next;
      }
    }
    Stored[] next = Arrays.copyOf(leaf, leaf.length + 1);
    next[leaf.length] = stored;
    return next;
  }

  /** Takes a key out and answers what it was. */
  @Nullable
  Stored remove(Bytes key) {
    Stored old = get(key);
    if (old != null) {
      Object left = remove(root, 0, prefix(key), key);
      root = left instanceof Node node ? node : rootOf(left);
      size--;
    }
    return old;
  }

  private Node rootOf(@Nullable Object onlyChild) {
    Node node = new Node(edition, 0, new Object[0]);
    if (onlyChild instanceof Stored stored) {
      node.insert(branch(prefix(stored.key()), 0), stored);
    }
    return node;
  }

  /** What is left of a node without a key that is in it: a node with a single key is that key. */
  private @Nullable Object remove(Node shared, int level, long prefix, Bytes key) {
    Node node = owned(shared);
    int branch = branch(prefix, level);
    int at = node.position(branch);
    Object child = node.children[at];
    Object left = child instanceof Node below
        ? remove(below, level + 1, prefix, key)
        : child instanceof Stored ? null : without((Stored[]) child, key);
    if (left == null) {
      node.delete(branch);
    } else {
      node.children[at] = left;
    }
    if (node.children.length == 0) {
      return null;
    }
    return node.children.length == 1 && node.children[0] instanceof Stored only ? only : node;
  }

  private static Object without(Stored[] leaf, Bytes key) {
    Stored[] left =
        Arrays.stream(leaf).filter(one -> !one.key().equals(key)).toArray(Stored[]::new);
    return left.length == 1 ? left[0] : left;
  }

  private Node owned(Node node) {
    return node.edition == edition ? node : new Node(edition, node.bitmap, node.children.clone());
  }

  /**
   * Walks on from where an earlier call has stopped. Each key that is there from the first call to the last is seen once.
   *
   * @param cursor 0 to begin, else what the last call answered, here or at another table
   * @param count after so many keys it stops, unless the next ones can't be told apart by a cursor
   * @return where to go on, or 0 if that was all
   */
  long scan(long cursor, long count, Consumer<Stored> consumer) {
    if (cursor < 0 || cursor >= END) {
      return 0;
    }
    long[] seen = {0, cursor};
    boolean ended = walk(root, 0, cursor, (stored, prefix) -> {
      if (seen[0] >= count && prefix >= seen[1]) {
        return false;
      }
      consumer.accept(stored);
      seen[0]++;
      seen[1] = prefix + 1;
      return true;
    });
    return ended ? 0 : seen[1];
  }

  /** Walks what isn't before {@code from}; false if the visitor has ended it. */
  private boolean walk(Object child, int level, long from, Visitor visitor) {
    if (child instanceof Stored stored) {
      long prefix = prefix(stored.key());
      return prefix < from || visitor.visit(stored, prefix);
    }
    if (child instanceof Stored[] leaf) {
      for (Stored stored : leaf) {
        if (!visitor.visit(stored, prefix(stored.key()))) {
          return false;
        }
      }
      return true;
    }
    Node node = (Node) child;
    int first = branch(from, level);
    for (int branch = first; branch < 1 << BITS; branch++) {
      if (node.has(branch)) {
        long fromBelow = branch == first ? from : 0;
        if (!walk(node.children[node.position(branch)], level + 1, fromBelow, visitor)) {
          return false;
        }
      }
    }
    return true;
  }

  private long prefix(Bytes key) {
    return hash.applyAsLong(key) >>> (Long.SIZE - PREFIX_BITS);
  }

  private static int branch(long prefix, int level) {
    return (int) (prefix >>> (PREFIX_BITS - BITS * (level + 1))) & ((1 << BITS) - 1);
  }
}
