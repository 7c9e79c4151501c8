/** Results: written and read as lines of JSON, compared in tables and drawn. */
@NullMarked
package io.github.balsaraft.examples.bench.report;

import org.jspecify.annotations.NullMarked;
