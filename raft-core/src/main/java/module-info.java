/** Balsa's protocol, runtime, public API and the contracts of what can be replaced. */
module io.github.balsaraft.core {
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.github.balsaraft;
  exports io.github.balsaraft.api;
  exports io.github.balsaraft.model;
  exports io.github.balsaraft.model.trace;
  exports io.github.balsaraft.session;
  exports io.github.balsaraft.storage;
  exports io.github.balsaraft.transport;
}
