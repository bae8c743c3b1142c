#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "vigie/v1/collector_config.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::server {

// collector.yaml's `retention`, checked: what is kept how long. Immutable and thread-safe.
class RetentionPlan {
 public:
  static constexpr std::chrono::hours kShortest{1};  // whoever writes seconds by mistake loses nothing

  struct Age {
    std::string what;  // as the configuration calls it: customer_events, payment_card, …
    std::chrono::nanoseconds keep{0};
  };

  // The error names the key.
  static base::Result<RetentionPlan> Make(const v1::CollectorConfig::Retention& retention);

  // The one of the things in an event that is kept longest; null = it is kept for ever. What could not be inspected to
  // its end is kept like a finding: it is never "clean".
  const Age* AgeOf(const v1::Event& event) const;

  const std::vector<Age>& event_ages() const { return event_ages_; }
  const Age* closed_incidents() const { return Given(closed_incidents_); }
  const Age* audit() const { return Given(audit_); }
  bool empty() const { return event_ages_.empty() && !closed_incidents() && !audit(); }
  // Another plan, another text.
  std::string fingerprint() const;

  // kFailedPrecondition if a threshold counts over a longer time than its events are kept; names it and the key.
  base::Result<void> CheckWindows(const v1::Policy& policy) const;

 private:
  static const Age* Given(const Age& age) { return age.keep.count() > 0 ? &age : nullptr; }
  const Age* Find(std::string_view what) const;
  const Age* ShortestFor(const v1::Threshold& threshold) const;

  std::vector<Age> event_ages_;
  Age closed_incidents_;
  Age audit_;
};

}  // namespace vigie::server
