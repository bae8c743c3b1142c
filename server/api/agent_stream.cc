#include "server/api/agent_stream.h"

#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/grpc_status.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/heartbeats.h"

namespace vigie::server::api {
namespace {

grpc::Status Refused(grpc::StatusCode code, const char* reason) {
  return {code, reason};
}

}  // namespace

AgentStream::AgentStream(const AgentStreamDeps& deps, StreamPeer peer)
    : deps_(deps), peer_(std::move(peer)), heard_at_(deps.clock.SteadyNow()), writing_since_(heard_at_) {
}

AgentStream* AgentStream::Start(const AgentStreamDeps& deps, StreamPeer peer) {
  const std::shared_ptr<AgentStream> stream(new AgentStream(deps, std::move(peer)));
  stream->self_ = stream;
  deps.sessions.Began(stream);
  stream->StartRead(&stream->incoming_);
  return stream.get();
}

void AgentStream::OnReadDone(bool good) {
  if (!good) return EndWhenWritten();
  {
    const std::lock_guard lock(mutex_);
    heard_at_ = deps_.clock.SteadyNow();
  }
  if (agent_) deps_.sessions.NoteHeard(agent_->agent_id);
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
  hello_received_at_ = deps_.clock.Now();
  if (!BeginJob(0)) return;
  AgentPeer greeted{peer_.agent.id, std::move(peer_.agent.certificate_pem)};
  deps_.intake.Greet(std::move(greeted), std::move(*incoming_.mutable_hello()),
                     [self = self_](base::Result<AgentIdentity> agent) { self->Welcome(std::move(agent)); });
  ReadOn();
}

void AgentStream::Welcome(base::Result<AgentIdentity> agent) {
  if (!agent) {
    deps_.refused.Note(peer_.address, peer_.agent.id, agent.error());
    End(contract::ToStatus(agent.error()));
    return EndJob(0);
  }
  agent_ = std::move(*agent);
  deps_.refused.Forget(agent_->agent_id);
  const AgentWindow target = deps_.intake.Window(deps_.sessions.count() + 1);
  {
    const std::lock_guard lock(mutex_);
    const AgentWindow credit = window_.Open(target);
    welcomed_ = true;
    welcome_.emplace();
    welcome_->set_credits(credit.events);
    welcome_->set_credit_bytes(credit.bytes);
    *welcome_->mutable_hello_received_at() = contract::ToProto(hello_received_at_);
  }
  base::LogInfo("agent {} on {} is connected", agent_->agent_id, agent_->host);
  deps_.sessions.Join(*agent_, self_);
  EndJob(0);
}

void AgentStream::TakeBatch() {
  if (!agent_) return End(Refused(grpc::StatusCode::FAILED_PRECONDITION, "hello: comes first"));
  incoming_bytes_ = incoming_.batch().ByteSizeLong();
  if (BeginBatch()) Submit();
}

void AgentStream::Submit() {
  deps_.intake.Submit(
      *agent_, std::move(*incoming_.mutable_batch()),
      [self = self_, bytes = incoming_bytes_](base::Result<v1::Ack> ack) { self->Acknowledge(std::move(ack), bytes); });
  ReadOn();
}

void AgentStream::Acknowledge(base::Result<v1::Ack> ack, std::size_t bytes) {
  if (!ack) {
    End(contract::ToStatus(ack.error()));
    return EndJob(bytes);
  }
  const AgentWindow target = deps_.intake.Window(deps_.sessions.count());
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    const AgentWindow credit = window_.Return({ack->credits(), ack->credit_bytes()}, target);
    ack->set_credits(credit.events);
    ack->set_credit_bytes(credit.bytes);
    full = acks_.size() >= kMaxWaitingAcks;
    if (!full) acks_.push_back(std::move(*ack));
    WriteNext();
  }
  if (full) End(Refused(grpc::StatusCode::RESOURCE_EXHAUSTED, "the agent does not read its acknowledgements"));
  EndJob(bytes);
}

void AgentStream::TakeHeartbeat() {
  if (!agent_) return End(Refused(grpc::StatusCode::FAILED_PRECONDITION, "hello: comes first"));
  if (auto valid = contract::ValidateHeartbeat(incoming_.heartbeat()); !valid) {
    return End(contract::ToStatus(valid.error().Wrap("heartbeat")));
  }
  const auto offset = BelievedOffset(agent_->clock_offset, incoming_.heartbeat(), deps_.clock.Now());
  agent_->clock_offset = offset;
  *incoming_.mutable_heartbeat()->mutable_clock_offset() = contract::ToProto(offset);
  // When we heard of it: the host's clock may be wrong.
  *incoming_.mutable_heartbeat()->mutable_at() = contract::ToProto(deps_.clock.Now());
  deps_.sessions.NoteHeartbeat(agent_->agent_id, incoming_.heartbeat());
  ReadOn();
}

bool AgentStream::BeginJob(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (end_) return false;
  ++jobs_;
  held_bytes_ += bytes;
  return true;
}

bool AgentStream::MayBegin(bool has_room) const {
  return jobs_ == 0 || (has_room && held_bytes_ + incoming_bytes_ <= kMostHeldBytes);
}

bool AgentStream::BeginBatch() {
  const bool has_room = deps_.intake.HasRoomToSpare();
  const std::lock_guard lock(mutex_);
  if (end_) return false;
  parked_ = !MayBegin(has_room);
  if (parked_) return false;
  ++jobs_;
  held_bytes_ += incoming_bytes_;
  return true;
}

void AgentStream::EndJob(std::size_t bytes) {
  const bool has_room = deps_.intake.HasRoomToSpare();
  bool goes_on = false;
  {
    const std::lock_guard lock(mutex_);
    --jobs_;
    held_bytes_ -= bytes;
    if (end_ && jobs_ == 0) FinishWith(*end_);
    if (draining_) WriteNext();
    goes_on = parked_ && !end_ && MayBegin(has_room);
    if (goes_on) {
      parked_ = false;
      // With the other's end: the stream is at no moment without a job, for which it could be called silent.
      ++jobs_;
      held_bytes_ += incoming_bytes_;
    }
  }
  goes_on ? Submit() : ReadIfThereIsRoom();
}

void AgentStream::ReadOn() {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
  }
  ReadIfThereIsRoom();
}

void AgentStream::ReadIfThereIsRoom() {
  const bool has_room = deps_.intake.HasRoomToSpare();
  const std::lock_guard lock(mutex_);
  if (finished_ || end_ || draining_ || reading_) return;
  // A greeting holds nothing: what comes after it waits until the session is known.
  const bool ahead = has_room && held_bytes_ > 0 && held_bytes_ < kBytesToReadAhead && jobs_ < kMostBatches;
  if (jobs_ > 0 && !ahead) return;
  reading_ = true;
  incoming_.Clear();
  StartRead(&incoming_);
}

void AgentStream::SendPolicy(const std::shared_ptr<const v1::Policy>& policy) {
  const std::lock_guard lock(mutex_);
  policy_ = policy;
  WriteNext();
}

void AgentStream::SendBlocks(const v1::ChannelBlocks& blocks) {
  const std::lock_guard lock(mutex_);
  blocks_ = blocks;
  WriteNext();
}

void AgentStream::CheckLife(base::SteadyTime now) {
  const char* stuck = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (end_) return;
    if (writing_ && now - writing_since_ > kWriteTime) stuck = "the agent does not read what it is told";
    // While a job runs perhaps nothing is read: then the silence is ours.
    if (jobs_ == 0 && now - heard_at_ > kSilentTime) stuck = "no sign of life of the agent";
    if (jobs_ == 0 && !welcomed_ && now - heard_at_ > kHelloTime) stuck = "hello: did not come in time";
  }
  if (stuck != nullptr) End(Refused(grpc::StatusCode::DEADLINE_EXCEEDED, stuck));
}

void AgentStream::Disconnect(const base::Error& reason) {
  End(contract::ToStatus(reason));
}

bool AgentStream::TakeNextMessage() {
  outgoing_.Clear();
  if (welcome_) {
    *outgoing_.mutable_welcome() = *std::exchange(welcome_, std::nullopt);
    *outgoing_.mutable_welcome()->mutable_at() = contract::ToProto(deps_.clock.Now());  // as late as can be
  } else if (!acks_.empty()) {
    *outgoing_.mutable_ack() = std::move(acks_.front());
    acks_.pop_front();
  } else if (policy_) {
    *outgoing_.mutable_policy() = *std::exchange(policy_, nullptr);
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
    writing_since_ = deps_.clock.SteadyNow();
    StartWrite(&outgoing_);
  } else if (draining_ && jobs_ == 0) {
    FinishWith(grpc::Status::OK);
  }
}

void AgentStream::OnWriteDone(bool good) {
  if (!good) return End(grpc::Status::CANCELLED);
  const std::lock_guard lock(mutex_);
  writing_ = false;
  outgoing_.Clear();  // a policy must not stay with each of ten thousand streams
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
  if (jobs_ == 0) FinishWith(*end_);
}

void AgentStream::FinishWith(const grpc::Status& status) {
  if (std::exchange(finished_, true)) return;
  Finish(status);
}

void AgentStream::OnCancel() {
  End(grpc::Status::CANCELLED);
}

std::string AgentStream::WhyAway() {
  const std::lock_guard lock(mutex_);
  if (draining_ && !end_) return "it said good-bye";
  if (!end_ || end_->error_code() == grpc::StatusCode::OK) return "the connection ended";
  return end_->error_message().empty() ? "the connection broke" : end_->error_message();
}

void AgentStream::OnDone() {
  const auto last = std::move(self_);
  deps_.sessions.Ended(this);
  if (!agent_) return;
  const std::string why = WhyAway();
  auto heartbeat = deps_.sessions.Leave(agent_->agent_id, this);
  if (heartbeat) deps_.intake.SaveHealth(agent_->agent_id, *std::move(heartbeat), why);
  base::LogInfo("agent {} on {} is disconnected: {}", agent_->agent_id, agent_->host, why);
}

}  // namespace vigie::server::api
