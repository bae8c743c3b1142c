#include "agent/uplink/uplink_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/validation.h"

namespace vigie::agent::uplink {

using base::Error;
using base::ErrorCode;
using base::Result;

UplinkSession::UplinkSession(std::unique_ptr<EventStream> stream, Parts parts)
    : stream_(std::move(stream)),
      parts_(std::move(parts)),
      patience_since_(parts_.clock.SteadyNow()),
      next_heartbeat_(patience_since_) {
}

Result<void> UplinkSession::SayHello(const v1::Hello& hello) {
  v1::AgentMessage message;
  *message.mutable_hello() = hello;
  return Send(message);
}

Result<void> UplinkSession::Step() {
  if (auto taken = TakeMessages(); !taken) return taken;
  if (welcomed_) {
    if (auto sent = SendBatches(); !sent) return sent;
    if (auto sent = SendHeartbeat(); !sent) return sent;
  }
  return CheckPatience();
}

std::chrono::nanoseconds UplinkSession::UntilDue() const {
  const auto& times = parts_.times;
  base::SteadyTime due = patience_since_ + (welcomed_ ? times.acknowledge : times.welcome);
  if (welcomed_) due = sent_ == acknowledged_ ? next_heartbeat_ : std::min(due, next_heartbeat_);
  return std::max(due - parts_.clock.SteadyNow(), std::chrono::nanoseconds::zero());
}

Result<void> UplinkSession::TakeMessages() {
  while (true) {
    auto message = stream_->Take();
    if (!message) return message.error();
    if (!*message) return {};
    if (auto handled = Handle(*std::move(*message)); !handled) return handled;
  }
}

Result<void> UplinkSession::Handle(v1::CollectorMessage message) {
  switch (message.message_case()) {
    case v1::CollectorMessage::kWelcome:
      welcomed_ = true;
      credits_ = message.welcome().credits();
      return {};
    case v1::CollectorMessage::kAck:
      return HandleAck(message.ack());
    case v1::CollectorMessage::kPolicy:
      parts_.callbacks.policy(std::move(*message.mutable_policy()));
      return {};
    case v1::CollectorMessage::kBlocks:
      parts_.callbacks.blocks(std::move(*message.mutable_blocks()));
      return {};
    case v1::CollectorMessage::MESSAGE_NOT_SET:
      return {};  // of a newer collector
  }
  return {};
}

Result<void> UplinkSession::HandleAck(const v1::Ack& ack) {
  const EventPosition up_to{ack.boot_epoch(), ack.sequence()};
  // Believing it would forget events that were never sent.
  if (up_to > sent_) return Error{ErrorCode::kInternal, "the collector acknowledged events that it was not sent"};
  for (const v1::Rejection& rejection : ack.rejections()) parts_.callbacks.rejected(rejection);
  credits_ += ack.credits();
  acknowledged_ = std::max(acknowledged_, up_to);
  patience_since_ = parts_.clock.SteadyNow();
  return parts_.source.Forget(up_to);
}

Result<void> UplinkSession::SendBatches() {
  while (credits_ > 0) {
    v1::AgentMessage message;
    auto batch = NextBatch();
    if (!batch) return batch.error();
    if (batch->events().empty()) return {};
    const auto count = static_cast<std::uint64_t>(batch->events_size());
    if (sent_ == acknowledged_) patience_since_ = parts_.clock.SteadyNow();
    sent_ = {batch->events().rbegin()->boot_epoch(), batch->events().rbegin()->sequence()};
    *message.mutable_batch() = *std::move(batch);
    if (auto sent = Send(message); !sent) return sent;
    credits_ -= count;
    if (auto taken = TakeMessages(); !taken) return taken;
  }
  return {};
}

Result<v1::EventBatch> UplinkSession::NextBatch() {
  constexpr std::size_t kHeadroom = 16384;  // tags and lengths of a thousand events
  const auto events = std::min<std::uint64_t>(credits_, contract::kMaxBatchEvents);
  auto stored = parts_.source.ReadAfter(sent_, events, contract::kMaxBatchBytes - kHeadroom);
  if (!stored) return stored.error();
  v1::EventBatch batch;
  for (const SourcedEvent& event : *stored) {
    if (batch.add_events()->ParseFromString(event.bytes)) continue;
    return Error{ErrorCode::kDataLoss, fmt::format("event {}/{} of the spool is damaged", event.position.boot_epoch,
                                                   event.position.sequence)};
  }
  return batch;
}

Result<void> UplinkSession::SendHeartbeat() {
  const auto now = parts_.clock.SteadyNow();
  if (now < next_heartbeat_) return {};
  next_heartbeat_ = now + parts_.times.heartbeat;
  v1::AgentMessage message;
  *message.mutable_heartbeat() = parts_.heartbeat();
  return Send(message);
}

Result<void> UplinkSession::CheckPatience() const {
  const auto waited = parts_.clock.SteadyNow() - patience_since_;
  if (!welcomed_ && waited >= parts_.times.welcome) {
    return Error{ErrorCode::kDeadlineExceeded, "the collector does not answer our greeting"};
  }
  if (sent_ != acknowledged_ && waited >= parts_.times.acknowledge) {
    return Error{ErrorCode::kDeadlineExceeded, "the collector does not acknowledge what it was sent"};
  }
  return {};
}

Result<void> UplinkSession::Send(const v1::AgentMessage& message) {
  return stream_->Send(message, base::Deadline::After(parts_.times.send));
}

}  // namespace vigie::agent::uplink
