#pragma once

#include <iosfwd>

#include "server/cli/command.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::cli {

// In sentences, or as JSON. kFound if anything is wrong, or an event is in no chain.
int TellEvidence(const v1::EvidenceReport& report, Context& context);

}  // namespace vigie::cli
