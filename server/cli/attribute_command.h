#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "server/cli/scan_command.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::cli {

struct AttributeJob {
  ScanRequest scan;                                 // which files, and how they are inspected
  std::map<std::string, std::uint64_t> population;  // customers in the indexes, by ledger
  std::uint32_t limit = 0;
};

using AskAttribution = std::function<base::Result<v1::AttributeResponse>(const v1::AttributeRequest&)>;

// `vigie attribute`: finds the customers in the files here and sends their record ids, nothing else, to the collector.
// 0 nobody has held any of them, or none is in the files; 1 somebody has, or not everything could be evaluated; 2 a
// path that is not there; 3 no answer.
int RunAttribute(const AttributeJob& job, const ScanParts& parts, const AskAttribution& ask, Context& context);

}  // namespace vigie::cli
