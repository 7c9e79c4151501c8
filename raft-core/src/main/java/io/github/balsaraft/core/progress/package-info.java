/** What a leader knows of one follower's log. */
@NullMarked
package io.github.balsaraft.core.progress;

import org.jspecify.annotations.NullMarked;
