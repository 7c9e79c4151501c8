package io.github.balsaraft.examples.kv.resp;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.List;

/** What a client sent, as far as the protocol goes. */
public sealed interface Inbound {

  /**
   * A command and its arguments.
   *
   * @param words the name first; never empty
   * @param bytes about how much memory it takes
   */
  record Request(List<Bytes> words, int bytes) implements Inbound {
    public Request {
      words = List.copyOf(words);
    }
  }

  /**
   * A command that was well-formed, but was skipped because of its size. The connection goes on.
   *
   * @param error the whole error, with its code in front
   */
  record Refused(String error) implements Inbound {}

  /**
   * What a browser sends that was lured into it: the connection is to be closed without a word, since who lured it may read the reply.
   *
   * @param why for the log
   */
  record Foreign(String why) implements Inbound {}

  /**
   * Not the protocol. Nothing behind it can be understood: the connection is to be closed.
   *
   * @param error the whole error, with its code in front
   */
  record Broken(String error) implements Inbound {

    /** With the words that Redis puts in front. */
    static Broken because(String reason) {
      return new Broken("ERR Protocol error: " + reason);
    }
  }
}
