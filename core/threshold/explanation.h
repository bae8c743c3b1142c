#pragma once

#include <string>

#include "core/threshold/threshold_engine.h"

namespace vigie::threshold {

// In a sentence with the figures, how far above the usual it is: "usually 12 distinct customers a day (median of 23
// days), now 410: 57 deviations of 7". Empty without a comparison, for then `over` says it all.
std::string Explain(const Observation& observation);

}  // namespace vigie::threshold
