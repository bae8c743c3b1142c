#include "agent/uplink/collector_clock.h"

#include "proto/contract/time_conversion.h"

namespace vigie::agent::uplink {

void CollectorClock::HelloSent(base::SystemTime at, base::SteadyTime now) {
  hello_at_ = at;
  hello_sent_ = now;
  at_steady_zero_.reset();
}

void CollectorClock::Welcomed(const v1::Welcome& welcome, base::SteadyTime now) {
  if (!welcome.has_hello_received_at() || !welcome.has_at()) return;
  const base::SystemTime received = contract::FromProto(welcome.hello_received_at());
  const base::SystemTime answered = contract::FromProto(welcome.at());
  const base::SystemTime back = hello_at_ + (now - hello_sent_);
  const auto round_trip = (back - hello_at_) - (answered - received);
  if (round_trip < round_trip.zero() || answered < received) return;
  const auto offset = ((received - hello_at_) + (answered - back)) / 2;
  round_trip_ = round_trip;
  at_steady_zero_ = (back + offset).time_since_epoch() - now.time_since_epoch();
}

std::optional<std::chrono::nanoseconds> CollectorClock::OffsetNow(const base::Clock& clock) const {
  if (!at_steady_zero_) return std::nullopt;
  return *at_steady_zero_ + clock.SteadyNow().time_since_epoch() - clock.Now().time_since_epoch();
}

}  // namespace vigie::agent::uplink
