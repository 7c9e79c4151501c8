/** What the core knows of its log without asking a disk: term starts, recent entries, log time. */
@NullMarked
package io.github.balsaraft.core.log;

import org.jspecify.annotations.NullMarked;
