package io.github.balsaraft.node;

import java.io.IOException;

/** A checked exception that nobody declares, as code in other languages may throw it. */
final class Undeclared {

  private Undeclared() {}

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Exception> E thrown() throws E {
    throw (E) new IOException("not declared");
  }
}
