/** Majorities, joint majorities and the counting of votes. */
@NullMarked
package io.github.balsaraft.core.quorum;

import org.jspecify.annotations.NullMarked;
