/** The nodes under test: in this process or in processes of their own, in memory or on disks and sockets. */
@NullMarked
package io.github.balsaraft.examples.bench.cluster;

import org.jspecify.annotations.NullMarked;
