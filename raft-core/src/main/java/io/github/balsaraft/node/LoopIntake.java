package io.github.balsaraft.node;

import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.function.Consumer;

/**
 * What comes to a replica from other hosts: passes each message to the part that it is for, and answers those that are not the
 * protocol's. Nothing that a host sends may stop this replica, but for entries of a newer version. Used by the mailbox's
 * thread only.
 */
final class LoopIntake {

  private final ReplicaContext context;
  private final Lifecycle lifecycle;
  private final ProposalFlow proposals;
  private final OutcomeQueue outcomes;
  private final MembershipFlow memberships;
  private final SnapshotFlow snapshots;

  LoopIntake(
      ReplicaContext context, Lifecycle lifecycle, RequestFlows flows, SnapshotFlow snapshots) {
    this.context = context;
    this.lifecycle = lifecycle;
    this.proposals = flows.proposals();
    this.outcomes = flows.outcomes();
    this.memberships = flows.memberships();
    this.snapshots = snapshots;
  }

  void receive(HostId from, List<Message> messages) {
    for (Message message : messages) {
      if (message instanceof ProtocolMessage protocol) {
        receiveProtocol(from, protocol);
      } else if (!lifecycle.hasStopped()) {
        receiveService(from, (ServiceMessage) message);
      }
    }
  }

  private void receiveProtocol(HostId from, ProtocolMessage message) {
    RaftCore running = lifecycle.running();
    if (running != null) {
      context.peers().heardFrom(message.from(), from);
      if (message instanceof InstallSnapshot install && install.sourceHost() != null) {
        context.peers().learn(install.source(), install.sourceHost(), install.sourceAddress());
      }
      try {
        running.receive(message);
      } catch (UnknownFormatException e) {
        unreadable(from, message.term(), String.valueOf(e.getMessage()));
      }
      return;
    }
    SnapshotRecovery recovery = lifecycle.recovery();
    if (recovery != null && message.to().equals(context.self())) {
      context.peers().heardFrom(message.from(), from);
      recovery.heardFrom(message.from());
    }
  }

  /** Entries arrived that only a newer version can read. */
  void unreadable(HostId from, UnreadableEntries entries) {
    if (entries.to().equals(context.self())) {
      unreadable(from, entries.term(), entries.what());
    } else {
      context.host().misdirected();
    }
  }

  private void unreadable(HostId from, long term, String what) {
    if (lifecycle.recovery() != null) {
      // It takes no entries yet. If they are still the group's once it does, they are sent again.
      return;
    }
    RaftCore core = lifecycle.core();
    // What a deposed leader sent late may be no entry of the group's any more.
    if (core == null || term >= core.view().hardState().term()) {
      lifecycle.outdated(what + ", sent by " + from);
    }
  }

  private void receiveService(HostId from, ServiceMessage message) {
    GroupBirth birth = lifecycle.birth();
    JoinSeeker joinSeeker = lifecycle.joinSeeker();
    RaftCore running = lifecycle.running();
    if (message instanceof BirthQuery query) {
      answerBirth(from, query);
    } else if (message instanceof BirthAnswer answer) {
      if (birth != null) {
        receiveBirthAnswer(birth, from, answer);
      }
    } else if (message instanceof JoinAnswer answer) {
      if (joinSeeker != null) {
        joinSeeker.onAnswer(answer, context.peers());
      }
    } else if (running != null) {
      receiveFromMember(running, from, message);
    } else if (lifecycle.recovery() != null) {
      receiveWhileRecovering(from, message);
    }
  }

  private void receiveWhileRecovering(HostId from, ServiceMessage message) {
    if (message instanceof SnapshotChunk chunk) {
      snapshots.onChunk(chunk);
    } else if (message instanceof SnapshotRequest request) {
      answerSnapshot(from, request);
    }
  }

  private void answerSnapshot(HostId from, SnapshotRequest request) {
    context.peers().heardFrom(request.from(), from);
    if (request.to().equals(context.self())) {
      snapshots.onRequest(request);
    } else {
      context.host().misdirected();
    }
  }

  private void answerBirth(HostId from, BirthQuery query) {
    context.peers().askedBy(from, query.address(), null, context.nowNanos());
    GroupBirth birth = lifecycle.birth();
    if (birth != null) {
      birth.answer(from, query);
    } else if (lifecycle.isBorn()) {
      EntryBatch first = lifecycle.founding();
      boolean founder =
          first != null && Configuration.decode(first.singlePayload()).contains(query.replica());
      context
          .peers()
          .sendToHost(
              from,
              new BirthAnswer(
                  query.replica(),
                  context.plan().foundersDigest(),
                  null,
                  context.host().cluster(),
                  founder ? first : null));
    }
  }

  private void receiveBirthAnswer(GroupBirth unborn, HostId from, BirthAnswer answer) {
    try {
      unborn.onAnswer(from, answer);
    } catch (UnknownFormatException e) {
      lifecycle.outdated(e.getMessage() + ", sent by " + from);
    }
  }

  private void receiveFromMember(RaftCore running, HostId from, ServiceMessage message) {
    if (message instanceof JoinRequest request) {
      if (request.host().equals(from)) {
        onJoinRequest(running, request);
      } else {
        context.host().misdirected();
      }
    } else if (message instanceof ForwardedProposals forwarded) {
      context.peers().heardFrom(forwarded.from(), from);
      if (forwarded.to().equals(context.self())) {
        proposals.onForwarded(forwarded, running.view());
      } else {
        context.host().misdirected();
      }
    } else if (message instanceof ForwardedOutcomes outcomes) {
      proposals.onOutcomes(outcomes, running.view());
    } else if (message instanceof SnapshotRequest request) {
      answerSnapshot(from, request);
    } else if (message instanceof SnapshotChunk chunk) {
      snapshots.onChunk(chunk);
    } else {
      throw new IllegalStateException("no answer to " + message);
    }
  }

  private void onJoinRequest(RaftCore running, JoinRequest request) {
    GroupPeers peers = context.peers();
    long nowNanos = context.nowNanos();
    HostId from = request.host();
    long removedAt = running.view().committedRemovalOf(request.replica());
    if (removedAt > 0) {
      peers.heardFrom(request.replica(), from);
      long term = running.view().hardState().term();
      peers.send(List.of(new RemovedNotice(context.self(), request.replica(), term, removedAt)));
      return;
    }
    peers.askedBy(from, request.address(), request.replica(), nowNanos);
    // An operator may be waiting for exactly this one.
    memberships.step(running, nowNanos);
    peers.sendToHost(
        from,
        Joining.nextStep(
            running,
            request,
            nowNanos,
            context.options().electionTimeoutMin().toNanos(),
            change -> memberships.begin(running, from, change)));
  }

  /** The process of a peer seems to be gone. */
  void peerGone(HostId peer) {
    RaftCore core = lifecycle.core();
    if (core != null) {
      forEachReplicaOn(peer, core, core::peerGone);
    }
  }

  /** Whether the way to a peer takes more entries at the moment. */
  void writable(HostId peer, boolean writable) {
    RaftCore core = lifecycle.core();
    if (core != null) {
      forEachReplicaOn(peer, core, replica -> {
        if (writable) {
          // Else a leader that has entries enough would fill the way again each time.
          outcomes.hasRoom(replica);
        }
        core.writable(replica, writable);
      });
    }
  }

  private static void forEachReplicaOn(HostId peer, RaftCore core, Consumer<ReplicaId> action) {
    for (Member member : core.view().configuration().membersOn(peer)) {
      action.accept(member.replica());
    }
  }
}
