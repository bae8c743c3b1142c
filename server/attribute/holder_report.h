#pragma once

#include "server/attribute/candidates.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::server::attribute {

struct ReportInput {
  const std::vector<LeakedSet>& leaked;
  const Candidates& candidates;
  std::size_t place = 0;  // in candidates.ranked
};

// What is to be told of one candidate: reads the events of his days.
base::Result<v1::AttributedHolder> ReportHolder(SightingReader& reader, const ReportInput& input);

}  // namespace vigie::server::attribute
