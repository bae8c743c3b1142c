#pragma once

#include <memory>

#include "core/content/detector.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::content {

// A detector of the policy (message UserDetector). Its definition must have been found good by core/policy: what is
// wrong with it shows here only when its pattern does not compile.
std::unique_ptr<const Detector> MakeUserDetector(const v1::UserDetector& definition);

}  // namespace vigie::content
