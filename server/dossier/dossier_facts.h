#pragma once

#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/dossier.pb.h"
#include "vigie/v1/incident.pb.h"

// What incidents say for a dossier. Pure: no clock, no store.
namespace vigie::server::dossier {

// `incidents` are whole, with records, in the order of the dossier's. kDataLoss if a record set cannot be read.
base::Result<v1::DossierFacts> FactsOf(const std::vector<v1::Incident>& incidents, base::SystemTime now);

// Fills in what `content` leaves open: title, aware_at (now), kinds, nature, and the numbers. In its language.
void Prefill(const v1::DossierFacts& facts, base::SystemTime now, v1::DossierContent& content);

// After its incidents or its language have changed: title, nature and numbers that are still what Prefill made of the
// former facts become what it makes of `facts`. What people wrote stays.
void FollowFacts(const v1::Dossier& former, const v1::DossierFacts& facts, v1::DossierContent& content);

}  // namespace vigie::server::dossier
