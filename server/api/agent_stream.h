#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "platform/base/clock.h"
#include "server/api/agent_sessions.h"
#include "server/api/credit_window.h"
#include "server/api/refused_peers.h"
#include "server/intake.h"

namespace vigie::server::api {

struct AgentStreamDeps {
  Intake& intake;
  AgentSessions& sessions;
  RefusedPeers& refused;
  const base::Clock& clock;
};

struct StreamPeer {
  AgentPeer agent;      // its certificate until the greeting
  std::string address;  // with its port
};

// One agent's stream, on gRPC's callback threads: nothing here blocks. It reads ahead of what is stored while that is
// less than kMostBatches and kBytesToReadAhead, and the collector has room to spare; else it reads on only when its
// last message was answered, and a fast agent waits in its own socket. A batch for which there is no room after all
// when it has been read, or that would make what was submitted more than kMostHeldBytes, stays here (one, and nothing
// is read meanwhile) until there is, at the latest when those before it are answered: it goes on from the thread that
// answers. So beside one message it holds at most kMostHeldBytes, or one batch. Outgoing it holds the acks of that (at
// most kMaxWaitingAcks if the agent does not read) and the latest policy and blocks. Lives until OnDone and its last
// batch is answered.
class AgentStream final : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>, public AgentSession {
 public:
  static constexpr std::size_t kMaxWaitingAcks = 64;
  static constexpr std::size_t kMostBatches = 8;
  static constexpr std::size_t kBytesToReadAhead = 256 << 10;
  static constexpr std::size_t kMostHeldBytes = 512 << 10;
  // Longer than these nobody needs: for Hello, between two messages (heartbeats come each 10 s), to take one message.
  static constexpr std::chrono::seconds kHelloTime{15};
  static constexpr std::chrono::seconds kSilentTime{90};
  static constexpr std::chrono::seconds kWriteTime{60};

  // Starts itself; gRPC calls back from then on.
  static AgentStream* Start(const AgentStreamDeps& deps, StreamPeer peer);

  void OnReadDone(bool good) override;
  void OnWriteDone(bool good) override;
  void OnCancel() override;
  void OnDone() override;

  void SendPolicy(const std::shared_ptr<const v1::Policy>& policy) override;
  void SendBlocks(const v1::ChannelBlocks& blocks) override;
  void Disconnect(const base::Error& reason) override;
  void CheckLife(base::SteadyTime now) override;

 private:
  AgentStream(const AgentStreamDeps& deps, StreamPeer peer);

  void TakeHello();
  void TakeBatch();
  void TakeHeartbeat();
  void Welcome(base::Result<AgentIdentity> agent);
  void Submit();
  void Acknowledge(base::Result<v1::Ack> ack, std::size_t bytes);

  // Intake works for us between the two; the stream is not finished meanwhile, so OnDone never meets a job.
  bool BeginJob(std::size_t bytes);
  // False if there is no room yet: incoming_ waits for it.
  bool BeginBatch();
  void EndJob(std::size_t bytes);
  // The message that was read is dealt with: not before, for the next one takes its place, and batches keep their
  // order.
  void ReadOn();
  // Unless what is read already has to be stored first.
  void ReadIfThereIsRoom();
  // At once, or when the last job is done.
  void End(const grpc::Status& status);
  void EndWhenWritten();
  std::string WhyAway();

  // With mutex_ held.
  void WriteNext();
  bool MayBegin(bool has_room) const;
  bool TakeNextMessage();
  void FinishWith(const grpc::Status& status);

  const AgentStreamDeps deps_;
  StreamPeer peer_;
  std::shared_ptr<AgentStream> self_;  // until OnDone
  // Touched by the one read or greeting that runs at a time, so without a lock.
  std::optional<AgentIdentity> agent_;  // once greeted
  bool greeting_ = false;
  base::SystemTime hello_received_at_{};
  v1::AgentMessage incoming_;
  std::size_t incoming_bytes_ = 0;  // of its batch

  std::mutex mutex_;
  CreditWindow window_;
  std::size_t jobs_ = 0;        // that run
  std::size_t held_bytes_ = 0;  // by them
  bool reading_ = true;         // or its message is being dealt with
  bool parked_ = false;         // the message is a batch that waits for room
  bool draining_ = false;       // the agent has said all: finish when all is written
  bool finished_ = false;
  bool writing_ = false;
  bool welcomed_ = false;
  base::SteadyTime heard_at_;  // the last message; before the first, the beginning
  base::SteadyTime writing_since_;
  std::optional<grpc::Status> end_;  // what to finish with
  v1::CollectorMessage outgoing_;
  std::optional<v1::Welcome> welcome_;
  std::deque<v1::Ack> acks_;
  std::shared_ptr<const v1::Policy> policy_;
  std::optional<v1::ChannelBlocks> blocks_;
};

}  // namespace vigie::server::api
