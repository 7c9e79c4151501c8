/** Holds the documents to what they say: code in them is compiled and run, commands in them are known to be run. */
@NullMarked
package io.github.balsaraft.examples.docs;

import org.jspecify.annotations.NullMarked;
