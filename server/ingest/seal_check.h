#pragma once

#include <optional>
#include <string>

#include "server/ingest/event_checks.h"

namespace vigie::server::ingest {

struct SealCheck {
  std::optional<v1::EvidenceBatch> seal;  // that the host has signed; none: it signs nothing
  std::string refusal;                    // of each event of the batch: field and rule, never a value
};

// Of a stream without a certificate no signature can be verified: none is kept, and nothing is refused for it. Pure.
SealCheck CheckSeal(const v1::EventBatch& batch, const BatchOrigin& origin);

}  // namespace vigie::server::ingest
