package io.github.balsaraft.examples.bench;

/** What {@code bench help} prints. */
final class Help {

  static final String TEXT = """
      Measures Balsa; see docs/benchmarks.md.

        bench [--system balsa|limit] --mode write|read|failover|rolling-restart|restart|catchup|groups|snapshot|growth
              [--variant netty|memory] [--nodes 3] [--payload 256] [--outstanding 256] [--warmup 10]
              [--seconds 15] [--fsync true] [--snapshots true] [--entries N] [--minutes M] [--groups G] [--idle 20] [--rounds R] [--silent] [--readers leader|follower|all]
              [--election-ms MS] [--dir FOLDER] [--port FIRST]
        bench --variant rocksdb-packed [...]      what the store allows without the protocol
        bench matrix OUT.jsonl [--peers FOLDER] [--systems jraft,ratis,etcd] [--cells 256x1024,...]
              [--rounds 5] [--warmup 14] [--seconds 7]
        bench compare FILE... [--svg FILE]        tables of lines of JSON, and a plot

      One measurement prints its progress on standard error and one line of JSON on standard output.""";

  private Help() {}
}
