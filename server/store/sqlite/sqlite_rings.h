#pragma once

#include <vector>

#include "platform/sqlite/database.h"
#include "server/store.h"

namespace vigie::server {

// As store.h says. kDataLoss for what cannot be read.
base::Result<void> ReplaceRings(sqlite::Database& database, const std::vector<v1::Ring>& rings);
base::Result<std::vector<v1::Ring>> SelectRings(sqlite::Database& database);

}  // namespace vigie::server
