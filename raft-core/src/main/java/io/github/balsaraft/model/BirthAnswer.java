package io.github.balsaraft.model;

import org.jspecify.annotations.Nullable;

/**
 * Answer to {@link BirthQuery}.
 *
 * @param asker the id in the query: an answer to an earlier life of the asker is dropped
 * @param founders the responder's own digest of the founders it was started with; zero if it joined
 * @param unborn the responder's id if it has no data either, else null
 * @param cluster the cluster of the responder if it has one, else null
 * @param founding the first entry of the group's log if the responder has data and the asker is one of its founders,
 *     else null
 */
public record BirthAnswer(
    ReplicaId asker,
    long founders,
    @Nullable ReplicaId unborn,
    @Nullable ClusterIdentity cluster,
    @Nullable EntryBatch founding)
    implements ServiceMessage {}
