#include "server/integrations/courier.h"

#include <algorithm>
#include <mutex>
#include <random>

#include "platform/base/logging.h"

namespace vigie::server::integrations {

using base::Result;

namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{5};
constexpr std::uint32_t kMostDoublings = 9;
constexpr std::uint32_t kAtOnce = 32;
constexpr std::uint32_t kSuspicious = 5;  // failures in a row
// Messages that were written without the bell, by FleetWatch of a former life say.
constexpr std::chrono::seconds kLook{5};

}  // namespace

std::chrono::nanoseconds PauseAfter(std::uint32_t failures, double share) {
  if (failures == 0) return {};
  const std::chrono::nanoseconds doubled = kFirstPause * (1U << std::min(failures - 1, kMostDoublings));
  const std::chrono::duration<double, std::nano> whole = std::min<std::chrono::nanoseconds>(doubled, kLongestPause);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(whole * (0.5 + std::clamp(share, 0.0, 1.0) / 2));
}

Courier::Courier(const Destination& destination, CourierDeps deps, std::unique_ptr<Sender> sender)
    : destination_(destination), deps_(deps), sender_(std::move(sender)) {
}

void Courier::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

void Courier::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Courier::Work(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    const std::uint64_t heard = deps_.bell.rings();
    if (CarryOnce(stop)) continue;
    const auto pause = Pause();
    if (pause.count() == 0) {
      deps_.bell.Await(heard, kLook, stop);
    } else {
      std::unique_lock lock(mutex);
      never.wait_for(lock, stop, pause, [] { return false; });
    }
  }
}

bool Courier::CarryOnce(const std::stop_token& stop) {
  const auto waiting = deps_.store.ListWaiting(destination_.name(), kAtOnce);
  if (!waiting) {
    Note({.error = waiting.error()});
    return false;
  }
  if (waiting->empty()) return false;
  Delivery delivery = Send(*waiting, stop);
  if (stop.stop_requested() && delivery.settled() == 0) return false;
  if (delivery.settled() > 0) {
    if (auto settled = Settle(*waiting, delivery); !settled) delivery = {.error = settled.error()};
  }
  Note(delivery);
  return !delivery.error;
}

Delivery Courier::Send(std::span<const WaitingMessage> waiting, const std::stop_token& stop) {
  if (attempts().failures < kSuspicious) return sender_->Send(waiting, stop);
  Delivery delivery = sender_->Send(waiting.first(1), stop);
  const bool objects = delivery.error && delivery.error->code == base::ErrorCode::kFailedPrecondition;
  if (!objects || waiting.size() == 1) return delivery;
  return SendPast(waiting, std::move(delivery), stop);
}

// Is it the first message or all of them? It is the first if the second is taken and the first, once more, is not.
Delivery Courier::SendPast(std::span<const WaitingMessage> waiting, Delivery failed, const std::stop_token& stop) {
  const Delivery second = sender_->Send(waiting.subspan(1, 1), stop);
  if (second.taken == 0) return failed;
  Delivery first = sender_->Send(waiting.first(1), stop);
  if (first.settled() == 0) {
    if (first.error && first.error->code != base::ErrorCode::kFailedPrecondition) return first;
    base::LogWarning("integration {}: message {} is not taken and the next one is: it is given up", destination_.name(),
                     waiting.front().message.id());
    first = {.refused = 1};
  }
  first.taken += second.taken;
  return first;
}

Result<void> Courier::Settle(std::span<const WaitingMessage> messages, const Delivery& delivery) {
  const OutboxSettlement settlement{.through = messages[delivery.settled() - 1].number,
                                    .delivered = delivery.taken,
                                    .dropped = delivery.refused,
                                    .at = deps_.clock.Now()};
  return deps_.lane.Run(
      [&](StoreTransaction& transaction) { return transaction.SettleMessages(destination_.name(), settlement); });
}

void Courier::Note(const Delivery& delivery) {
  const auto& error = delivery.error;
  auto attempts = attempts_.Lock();
  if (!error) {
    if (attempts->failures > 0) base::LogInfo("integration {}: delivers again", destination_.name());
    *attempts = {};
    if (delivery.refused == 0) return;
    // It goes on, but whoever looks should see why messages are missing there.
    attempts->last_error = base::Error{base::ErrorCode::kFailedPrecondition, "a message was refused for good"};
    attempts->last_error_at = deps_.clock.Now();
    return;
  }
  if (attempts->failures == 0) base::LogWarning("integration {}: {}", destination_.name(), error->message);
  thread_local std::minstd_rand random{std::random_device{}()};
  const double share = std::uniform_real_distribution<double>()(random);
  const base::SystemTime now = deps_.clock.Now();
  attempts->failures = delivery.settled() > 0 ? 1 : attempts->failures + 1;
  attempts->last_error = error;
  attempts->last_error_at = now;
  // In seconds: the other side may ask for more of them than there are nanoseconds.
  const std::chrono::seconds wanted = std::min<std::chrono::seconds>(delivery.wanted_pause, kLongestPause);
  attempts->next_at = now + std::max<std::chrono::nanoseconds>(wanted, PauseAfter(attempts->failures, share));
}

// Nothing unless it failed. By the clock that tells it, which may jump: never longer than the longest.
std::chrono::nanoseconds Courier::Pause() const {
  const auto next = attempts().next_at;
  if (!next) return {};
  return std::clamp<std::chrono::nanoseconds>(*next - deps_.clock.Now(), std::chrono::milliseconds(1), kLongestPause);
}

}  // namespace vigie::server::integrations
