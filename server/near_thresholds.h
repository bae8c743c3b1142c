#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server {

// What a threshold measured for a subject with an event.
struct NearReading {
  const v1::Threshold& rule;
  std::string_view subject;
  const v1::Activity& activity;  // of the event
  std::uint64_t measured = 0;
  std::uint64_t limit = 0;  // an incident when the measure is greater
  base::SystemTime at{};    // of the event
};

// The subjects nearest to raising an incident, as detection measured them last. Those below kLeastShare of their limit
// are left out; of more than kMostSubjects the farther half is forgotten, until their next event. Takes some 300 bytes
// for each. Thread-safe: detection notes under a lock that nobody holds for more than some hundred microseconds.
class NearThresholds {
 public:
  static constexpr double kLeastShare = 0.05;
  static constexpr std::size_t kMostSubjects = 4096;

  // Over the limit, or below kLeastShare of it: it is not near any more.
  void Note(const NearReading& reading);
  void Forget(std::string_view rule, std::string_view subject);
  void Clear();

  // The nearest first, at most `most`; without those whose last event has left its window.
  std::vector<v1::NearThreshold> Nearest(std::size_t most, base::SystemTime now);

 private:
  using Subjects = std::unordered_map<std::string, v1::NearThreshold>;
  static std::string KeyOf(std::string_view rule, std::string_view subject);
  static void ForgetFarther(Subjects& subjects);

  base::Guarded<Subjects> subjects_;
};

}  // namespace vigie::server
