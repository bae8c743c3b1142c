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
    Note(waiting.error());
    return false;
  }
  if (waiting->empty()) return false;
  Delivery delivery = sender_->Send(*waiting, stop);
  if (stop.stop_requested() && delivery.settled() == 0) return false;
  if (delivery.settled() > 0) {
    if (auto settled = Settle(*waiting, delivery); !settled) delivery.error = settled.error();
  }
  Note(delivery.error);
  return !delivery.error;
}

Result<void> Courier::Settle(std::span<const WaitingMessage> messages, const Delivery& delivery) {
  const OutboxSettlement settlement{.through = messages[delivery.settled() - 1].number,
                                    .delivered = delivery.taken,
                                    .dropped = delivery.refused,
                                    .at = deps_.clock.Now()};
  return deps_.lane.Run(
      [&](StoreTransaction& transaction) { return transaction.SettleMessages(destination_.name(), settlement); });
}

void Courier::Note(const std::optional<base::Error>& error) {
  auto attempts = attempts_.Lock();
  if (!error) {
    if (attempts->failures > 0) base::LogInfo("integration {}: delivers again", destination_.name());
    *attempts = {};
    return;
  }
  if (attempts->failures == 0) base::LogWarning("integration {}: {}", destination_.name(), error->message);
  thread_local std::minstd_rand random{std::random_device{}()};
  const double share = std::uniform_real_distribution<double>()(random);
  const base::SystemTime now = deps_.clock.Now();
  ++attempts->failures;
  attempts->last_error = error;
  attempts->last_error_at = now;
  attempts->next_at = now + PauseAfter(attempts->failures, share);
}

// Nothing unless it failed. By the clock that tells it, which may jump: never longer than the longest.
std::chrono::nanoseconds Courier::Pause() const {
  const auto next = attempts().next_at;
  if (!next) return {};
  return std::clamp<std::chrono::nanoseconds>(*next - deps_.clock.Now(), std::chrono::milliseconds(1), kLongestPause);
}

}  // namespace vigie::server::integrations
