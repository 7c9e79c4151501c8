/** Which configuration is in force, and which changes of it are allowed. */
@NullMarked
package io.github.balsaraft.core.membership;

import org.jspecify.annotations.NullMarked;
