package io.github.balsaraft.model;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a host's folder says about itself. Written before anything else, so that a folder can't be opened by another host
 * or mixed into another cluster.
 *
 * @param host the operator's name of the host
 * @param incarnation drawn when the folder was created: a wiped and recreated folder has another one
 * @param cluster the cluster it belongs to, or null until it has founded or joined one
 */
public record HostRecord(
    HostId host, long incarnation, @Nullable ClusterIdentity cluster) {

  private static final int RECORD_VERSION = 1;

  /** The same host, now a member of this cluster. */
  public HostRecord inCluster(ClusterIdentity identity) {
    return new HostRecord(host, incarnation, identity);
  }

  /** The stored form. */
  public byte[] encode() {
    byte[] name = StoredRecord.utf8(host.name());
    return StoredRecord.encode(
        RECORD_VERSION,
        out -> {
          StoredRecord.putText(out, name);
          out.putLong(incarnation);
          out.putLong(cluster == null ? 0 : cluster.id());
          out.putInt(cluster == null ? 0 : cluster.epoch());
        },
        2 + name.length + 8 + 8 + 4);
  }

  /**
   * Reads the stored form.
   *
   * @throws CorruptDataException if the checksum doesn't match
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static HostRecord decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("host record", RECORD_VERSION, stored);
    HostId host = new HostId(StoredRecord.getText(in));
    long incarnation = in.getLong();
    long cluster = in.getLong();
    int epoch = in.getInt();
    return new HostRecord(
        host, incarnation, cluster == 0 ? null : new ClusterIdentity(cluster, epoch));
  }
}
