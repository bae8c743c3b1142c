#pragma once

#include <cstdint>
#include <string>

#include "server/cli/command.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::cli {

// What was found in the files.
struct LeakSummary {
  std::uint64_t files = 0;
  std::uint64_t not_evaluated = 0;  // not to their end
  std::uint64_t customers = 0;
  std::uint64_t population = 0;  // customers of the ledgers these are of
};

// "as expected", "12 %" or "1 in 10^34".
std::string ChanceText(double log10_chance);

// As JSON an array, best first; for people a table and what it means. That nobody was found is said in a sentence, with
// JSON on standard error.
void WriteAttribution(const v1::AttributeResponse& response, const LeakSummary& summary, Context& context);

}  // namespace vigie::cli
