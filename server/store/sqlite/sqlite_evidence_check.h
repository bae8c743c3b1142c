#pragma once

#include <functional>
#include <string>

#include "platform/sqlite/database.h"

namespace vigie::server {

// Follows the chain of events from its oldest head to where it stands: each event against its leaf, its batch and the
// one before it on its host, each head against the chain and its signature. `fault` gets a sentence for each that does
// not hold. Inside a transaction, so that it sees one state. Memory for the heads, the certificates, and the holes of
// each epoch.
base::Result<void> CheckEvidence(sqlite::Database& database, const std::function<void(const std::string&)>& fault);

}  // namespace vigie::server
