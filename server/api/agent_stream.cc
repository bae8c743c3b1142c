#include "server/api/agent_stream.h"

#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/grpc_status.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server::api {
namespace {

grpc::Status Refused(grpc::StatusCode code, const char* reason) {
  return {code, reason};
}

}  // namespace

AgentStream* AgentStream::Start(const AgentStreamDeps& deps, std::string peer_id) {
  const std::shared_ptr<AgentStream> stream(new AgentStream(deps, std::move(peer_id)));
  stream->self_ = stream;
  stream->StartRead(&stream->incoming_);
  return stream.get();
}

void AgentStream::OnReadDone(bool good) {
  if (!good) return EndWhenWritten();
  switch (incoming_.message_case()) {
    case v1::AgentMessage::kHello:
      return TakeHello();
    case v1::AgentMessage::kBatch:
      return TakeBatch();
    case v1::AgentMessage::kHeartbeat:
      return TakeHeartbeat();
    case v1::AgentMessage::MESSAGE_NOT_SET:
      return End(Refused(grpc::StatusCode::INVALID_ARGUMENT, "message: is of no kind that this collector knows"));
  }
}

void AgentStream::TakeHello() {
  if (greeting_) return End(Refused(grpc::StatusCode::FAILED_PRECONDITION, "hello: comes once"));
  greeting_ = true;
  if (!BeginJob()) return;
  deps_.intake.Greet(peer_id_, std::move(*incoming_.mutable_hello()),
                     [self = self_](base::Result<AgentIdentity> agent) { self->Welcome(std::move(agent)); });
}

void AgentStream::Welcome(base::Result<AgentIdentity> agent) {
  if (!agent) {
    End(contract::ToStatus(agent.error()));
    return EndJob();
  }
  agent_ = std::move(*agent);
  {
    const std::lock_guard lock(mutex_);
    welcome_.emplace();
    welcome_->set_credits(kCredits);
    *welcome_->mutable_at() = contract::ToProto(deps_.clock.Now());
  }
  base::LogInfo("agent {} on {} is connected", agent_->agent_id, agent_->host);
  deps_.sessions.Join(*agent_, self_);
  EndJob();
}

void AgentStream::TakeBatch() {
  if (!agent_) return End(Refused(grpc::StatusCode::FAILED_PRECONDITION, "hello: comes first"));
  if (!BeginJob()) return;
  deps_.intake.Submit(*agent_, std::move(*incoming_.mutable_batch()),
                      [self = self_](base::Result<v1::Ack> ack) { self->Acknowledge(std::move(ack)); });
}

void AgentStream::Acknowledge(base::Result<v1::Ack> ack) {
  if (!ack) {
    End(contract::ToStatus(ack.error()));
    return EndJob();
  }
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = acks_.size() >= kMaxWaitingAcks;
    if (!full) acks_.push_back(std::move(*ack));
    WriteNext();
  }
  if (full) End(Refused(grpc::StatusCode::RESOURCE_EXHAUSTED, "the agent does not read its acknowledgements"));
  EndJob();
}

void AgentStream::TakeHeartbeat() {
  if (!agent_) return End(Refused(grpc::StatusCode::FAILED_PRECONDITION, "hello: comes first"));
  if (auto valid = contract::ValidateHeartbeat(incoming_.heartbeat()); !valid) {
    return End(contract::ToStatus(valid.error().Wrap("heartbeat")));
  }
  // When we heard of it: the host's clock may be wrong.
  *incoming_.mutable_heartbeat()->mutable_at() = contract::ToProto(deps_.clock.Now());
  deps_.sessions.NoteHeartbeat(agent_->agent_id, incoming_.heartbeat());
  ReadOn();
}

bool AgentStream::BeginJob() {
  const std::lock_guard lock(mutex_);
  if (end_) return false;
  busy_ = true;
  return true;
}

void AgentStream::EndJob() {
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (end_) return FinishWith(*end_);
  }
  ReadOn();
}

void AgentStream::ReadOn() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  incoming_.Clear();
  StartRead(&incoming_);
}

void AgentStream::SendPolicy(const v1::Policy& policy) {
  const std::lock_guard lock(mutex_);
  policy_ = policy;
  WriteNext();
}

void AgentStream::SendBlocks(const v1::ChannelBlocks& blocks) {
  const std::lock_guard lock(mutex_);
  blocks_ = blocks;
  WriteNext();
}

void AgentStream::Disconnect(const base::Error& reason) {
  End(contract::ToStatus(reason));
}

bool AgentStream::TakeNextMessage() {
  outgoing_.Clear();
  if (welcome_) {
    *outgoing_.mutable_welcome() = *std::exchange(welcome_, std::nullopt);
  } else if (!acks_.empty()) {
    *outgoing_.mutable_ack() = std::move(acks_.front());
    acks_.pop_front();
  } else if (policy_) {
    *outgoing_.mutable_policy() = *std::exchange(policy_, std::nullopt);
  } else if (blocks_) {
    *outgoing_.mutable_blocks() = *std::exchange(blocks_, std::nullopt);
  } else {
    return false;
  }
  return true;
}

void AgentStream::WriteNext() {
  if (finished_ || writing_) return;
  if (TakeNextMessage()) {
    writing_ = true;
    StartWrite(&outgoing_);
  } else if (draining_) {
    FinishWith(grpc::Status::OK);
  }
}

void AgentStream::OnWriteDone(bool good) {
  if (!good) return End(grpc::Status::CANCELLED);
  const std::lock_guard lock(mutex_);
  writing_ = false;
  WriteNext();
}

void AgentStream::EndWhenWritten() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  WriteNext();
}

void AgentStream::End(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  if (!end_) end_ = status;
  if (!busy_) FinishWith(*end_);
}

void AgentStream::FinishWith(const grpc::Status& status) {
  if (std::exchange(finished_, true)) return;
  Finish(status);
}

void AgentStream::OnCancel() {
  End(grpc::Status::CANCELLED);
}

void AgentStream::OnDone() {
  const auto last = std::move(self_);
  if (!agent_) return;
  const auto heartbeat = deps_.sessions.Leave(agent_->agent_id, this);
  if (heartbeat) deps_.intake.SaveHealth(agent_->agent_id, *heartbeat);
  base::LogInfo("agent {} on {} is disconnected", agent_->agent_id, agent_->host);
}

}  // namespace vigie::server::api
