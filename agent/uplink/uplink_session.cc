#include "agent/uplink/uplink_session.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
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
  collector_clock_.HelloSent(contract::FromProto(hello.at()), parts_.clock.SteadyNow());
  return Send(message);
}

Result<void> UplinkSession::Step() {
  if (auto taken = TakeMessages(); !taken) return taken;
  if (welcomed_) {
    // First: the collector corrects the times of what follows by the offset in it.
    if (auto sent = SendHeartbeat(); !sent) return sent;
    if (auto sent = SendBatches(); !sent) return sent;
  }
  return CheckPatience();
}

std::chrono::nanoseconds UplinkSession::UntilDue() const {
  const auto& times = parts_.times;
  base::SteadyTime due = patience_since_ + (welcomed_ ? times.acknowledge : times.welcome);
  if (welcomed_) due = in_flight() ? std::min(due, next_heartbeat_) : next_heartbeat_;
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
      credit_bytes_ = message.welcome().credit_bytes();
      counts_bytes_ = credit_bytes_ > 0;
      urgent_due_ = true;
      collector_clock_.Welcomed(message.welcome(), parts_.clock.SteadyNow());
      return {};
    case v1::CollectorMessage::kAck:
      return HandleAck(message.ack());
    case v1::CollectorMessage::kPolicy:
      parts_.callbacks.policy(std::move(*message.mutable_policy()));
      return {};
    case v1::CollectorMessage::kBlocks:
      ToHostTime(*message.mutable_blocks());
      parts_.callbacks.blocks(std::move(*message.mutable_blocks()));
      return {};
    case v1::CollectorMessage::MESSAGE_NOT_SET:
      return {};  // of a newer collector
  }
  return {};
}

void UplinkSession::ToHostTime(v1::ChannelBlocks& blocks) const {
  const auto offset = collector_clock_.OffsetNow(parts_.clock);
  if (!offset) return;
  for (v1::ChannelBlock& block : *blocks.mutable_blocks()) {
    if (block.has_until()) *block.mutable_until() = contract::ToProto(contract::FromProto(block.until()) - *offset);
  }
}

Result<void> UplinkSession::HandleAck(const v1::Ack& ack) {
  const EventPosition up_to{ack.boot_epoch(), ack.sequence()};
  const bool of_ahead = ack.sequence() == 0;
  // Believing it would forget events that were never sent.
  if (!of_ahead && up_to > sent_) {
    return Error{ErrorCode::kInternal, "the collector acknowledged events that it was not sent"};
  }
  for (const v1::Rejection& rejection : ack.rejections()) parts_.callbacks.rejected(rejection);
  credits_ += ack.credits();
  credit_bytes_ += ack.credit_bytes();
  patience_since_ = parts_.clock.SteadyNow();
  progressed_ = true;
  if (of_ahead) {
    if (auto handled = HandleAhead(ack); !handled) return handled;
  } else {
    acknowledged_ = std::max(acknowledged_, up_to);
  }
  ForgetAcknowledged();
  return {};
}

Result<void> UplinkSession::HandleAhead(const v1::Ack& ack) {
  const std::vector<std::uint64_t> taken(ack.ahead().begin(), ack.ahead().end());
  const bool all_sent = std::ranges::all_of(
      taken, [this](std::uint64_t sequence) { return std::ranges::find(ahead_, sequence) != ahead_.end(); });
  if (!all_sent || (!taken.empty() && ack.boot_epoch() != ahead_epoch_)) {
    return Error{ErrorCode::kInternal, "the collector acknowledged events that it was not sent ahead"};
  }
  ahead_.clear();
  // If it has no room for what comes ahead, everything goes in its turn.
  urgent_due_ = !taken.empty();
  for (const std::uint64_t sequence : taken) ahead_kept_.insert({ahead_epoch_, sequence});
  return {};
}

// Forgetting is a write: a full or read-only disk must not keep events from leaving it.
void UplinkSession::ForgetAcknowledged() {
  Result<void> forgotten;
  if (acknowledged_ > forgotten_) forgotten = parts_.source.Forget(acknowledged_);
  if (forgotten) {
    forgotten_ = acknowledged_;
    forgotten = ForgetAhead();
  }
  const bool failed_before = std::exchange(forgets_badly_, !forgotten);
  if (!forgotten && !failed_before) {
    base::LogError("delivered events cannot be taken out of the spool, delivery goes on: {}",
                   forgotten.error().message);
  }
}

Result<void> UplinkSession::ForgetAhead() {
  while (!ahead_kept_.empty()) {
    const std::uint64_t epoch = ahead_kept_.begin()->boot_epoch;
    const auto end = std::ranges::find_if(ahead_kept_, [&](const auto& kept) { return kept.boot_epoch != epoch; });
    std::vector<std::uint64_t> sequences;
    std::transform(ahead_kept_.begin(), end, std::back_inserter(sequences),
                   [](const EventPosition& kept) { return kept.sequence; });
    if (auto forgotten = parts_.source.ForgetThese(epoch, sequences); !forgotten) return forgotten;
    ahead_kept_.erase(ahead_kept_.begin(), end);
  }
  return {};
}

Error UplinkSession::SourceFailed(const Error& error) {
  source_failed_ = true;
  return error.Wrap("the agent's spool");
}

std::size_t UplinkSession::MostBytes() const {
  constexpr std::size_t kHeadroom = 81920;  // tags, lengths, sequences, digests of a thousand events, a signature
  const std::size_t most = contract::kMaxBatchBytes - kHeadroom;
  return counts_bytes_ ? std::min<std::uint64_t>(most, credit_bytes_) : most;
}

v1::EventBatch UplinkSession::BatchOf(std::vector<SourcedEvent> events) const {
  v1::EventBatch batch;
  std::size_t bytes = 0;
  for (SourcedEvent& event : events) {
    bytes += event.bytes.size();
    // A source gives one event however large it is; it goes alone, when nothing else is under way.
    const bool fits = bytes <= MostBytes() || (batch.encoded().empty() && !in_flight());
    if (!fits) break;
    batch.set_boot_epoch(event.position.boot_epoch);
    batch.add_sequences(event.position.sequence);
    batch.add_encoded(std::move(event.bytes));
  }
  return batch;
}

Result<void> UplinkSession::SendBatch(v1::EventBatch batch) {
  // The host's clock may have been stepped since the last one: before what was recorded after that.
  if (auto told = SendHeartbeat(); !told) return told;
  std::uint64_t bytes = 0;
  for (const std::string& event : batch.encoded()) bytes += event.size();
  const auto count = static_cast<std::uint64_t>(batch.encoded_size());
  if (!in_flight()) patience_since_ = parts_.clock.SteadyNow();
  const EventPosition last{batch.boot_epoch(), *batch.sequences().rbegin()};
  if (batch.ahead()) {
    ahead_epoch_ = batch.boot_epoch();
    ahead_.assign(batch.sequences().begin(), batch.sequences().end());
  } else {
    sent_ = last;
  }
  if (parts_.seal) parts_.seal(batch);
  v1::AgentMessage message;
  *message.mutable_batch() = std::move(batch);
  if (auto sent = Send(message); !sent) return sent;
  credits_ -= std::min(credits_, count);
  credit_bytes_ -= std::min(credit_bytes_, bytes);
  return TakeMessages();
}

Result<void> UplinkSession::SendUrgent() {
  if (!urgent_due_ || !ahead_.empty() || credits_ == 0) return {};
  urgent_due_ = false;
  auto urgent = parts_.source.ReadUrgent(std::min<std::uint64_t>(credits_, contract::kMaxBatchEvents), MostBytes());
  if (!urgent) return SourceFailed(urgent.error());
  std::erase_if(*urgent, [this](const SourcedEvent& event) {
    return event.position <= sent_ || ahead_kept_.contains(event.position);
  });
  v1::EventBatch batch = BatchOf(*std::move(urgent));
  if (batch.encoded().empty()) return {};
  batch.set_ahead(true);
  return SendBatch(std::move(batch));
}

Result<void> UplinkSession::SendBatches() {
  while (credits_ > 0) {
    if (auto sent = SendUrgent(); !sent) return sent;
    if (credits_ == 0) return {};
    auto stored =
        parts_.source.ReadAfter(sent_, std::min<std::uint64_t>(credits_, contract::kMaxBatchEvents), MostBytes());
    if (!stored) return SourceFailed(stored.error());
    if (stored->empty()) return {};
    v1::EventBatch batch = BatchOf(*std::move(stored));
    if (batch.encoded().empty()) break;
    if (auto sent = SendBatch(std::move(batch)); !sent) return sent;
  }
  // More waits than may go: what is urgent goes first when there is room again.
  urgent_due_ = ahead_.empty();
  return {};
}

Result<void> UplinkSession::SendHeartbeat() {
  constexpr std::chrono::seconds kStep{1};
  const auto now = parts_.clock.SteadyNow();
  const auto offset = collector_clock_.OffsetNow(parts_.clock);
  const bool stepped = offset && std::chrono::abs(*offset - told_offset_) > kStep;
  if (now < next_heartbeat_ && !stepped) return {};
  next_heartbeat_ = now + parts_.times.heartbeat;
  v1::AgentMessage message;
  *message.mutable_heartbeat() = parts_.heartbeat();
  if (offset) {
    *message.mutable_heartbeat()->mutable_clock_offset() = contract::ToProto(*offset);
    *message.mutable_heartbeat()->mutable_clock_round_trip() = contract::ToProto(collector_clock_.round_trip());
    told_offset_ = *offset;
  }
  return Send(message);
}

Result<void> UplinkSession::CheckPatience() const {
  const auto waited = parts_.clock.SteadyNow() - patience_since_;
  if (!welcomed_ && waited >= parts_.times.welcome) {
    return Error{ErrorCode::kDeadlineExceeded, "the collector does not answer our greeting"};
  }
  if (in_flight() && waited >= parts_.times.acknowledge) {
    return Error{ErrorCode::kDeadlineExceeded, "the collector does not acknowledge what it was sent"};
  }
  return {};
}

Result<void> UplinkSession::Send(const v1::AgentMessage& message) {
  return stream_->Send(message, base::Deadline::After(parts_.times.send));
}

}  // namespace vigie::agent::uplink
