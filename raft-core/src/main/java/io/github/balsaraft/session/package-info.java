/**
 * A client's side of sessions: numbers its commands, tries them again and says how each ended. The same for a node's own callers
 * and for clients in other processes, which only reach the group in different ways: see {@link
 * io.github.balsaraft.session.SessionChannel}.
 */
@NullMarked
package io.github.balsaraft.session;

import org.jspecify.annotations.NullMarked;
