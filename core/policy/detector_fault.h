#pragma once

#include <optional>
#include <string>

#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// What is wrong with one of a policy's own detectors: the field, and what must hold.
struct DetectorFault {
  std::string field;  // "pattern"
  std::string reason;
};

// More would make the pass over every text slow.
inline constexpr int kMostUserDetectors = 32;

// Compiles the pattern on its own. That ids are unique is not looked at here.
std::optional<DetectorFault> FindDetectorFault(const v1::UserDetector& detector);

}  // namespace vigie::policy
