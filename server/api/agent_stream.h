#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "platform/base/clock.h"
#include "server/api/agent_sessions.h"
#include "server/intake.h"

namespace vigie::server::api {

struct AgentStreamDeps {
  Intake& intake;
  AgentSessions& sessions;
  const base::Clock& clock;
};

// One agent's stream, on gRPC's callback threads: nothing here blocks. It reads on only when its last message was
// answered, so a stream holds at most one batch, and a fast agent waits in its own socket. Outgoing it holds the acks
// of that (at most kMaxWaitingAcks if the agent does not read) and the latest policy and blocks. Lives until OnDone and
// its last batch is answered.
class AgentStream final : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>, public AgentSession {
 public:
  static constexpr std::uint32_t kCredits = 4000;  // four full batches in flight
  static constexpr std::size_t kMaxWaitingAcks = 64;

  // Starts itself; gRPC calls back from then on.
  static AgentStream* Start(const AgentStreamDeps& deps, std::string peer_id);

  void OnReadDone(bool good) override;
  void OnWriteDone(bool good) override;
  void OnCancel() override;
  void OnDone() override;

  void SendPolicy(const v1::Policy& policy) override;
  void SendBlocks(const v1::ChannelBlocks& blocks) override;
  void Disconnect(const base::Error& reason) override;

 private:
  AgentStream(const AgentStreamDeps& deps, std::string peer_id) : deps_(deps), peer_id_(std::move(peer_id)) {}

  void TakeHello();
  void TakeBatch();
  void TakeHeartbeat();
  void Welcome(base::Result<AgentIdentity> agent);
  void Acknowledge(base::Result<v1::Ack> ack);

  // Intake works for us between the two; the stream is not finished meanwhile, so OnDone never meets a job.
  bool BeginJob();
  void EndJob();
  void ReadOn();
  // At once, or when the job is done.
  void End(const grpc::Status& status);
  void EndWhenWritten();

  // With mutex_ held.
  void WriteNext();
  bool TakeNextMessage();
  void FinishWith(const grpc::Status& status);

  const AgentStreamDeps deps_;
  const std::string peer_id_;          // from the certificate; empty without TLS
  std::shared_ptr<AgentStream> self_;  // until OnDone
  // Touched by the one read or job that runs at a time, so without a lock.
  std::optional<AgentIdentity> agent_;  // once greeted
  bool greeting_ = false;
  v1::AgentMessage incoming_;

  std::mutex mutex_;
  bool busy_ = false;      // a job runs
  bool draining_ = false;  // the agent has said all: finish when all is written
  bool finished_ = false;
  bool writing_ = false;
  std::optional<grpc::Status> end_;  // what to finish with
  v1::CollectorMessage outgoing_;
  std::optional<v1::Welcome> welcome_;
  std::deque<v1::Ack> acks_;
  std::optional<v1::Policy> policy_;
  std::optional<v1::ChannelBlocks> blocks_;
};

}  // namespace vigie::server::api
