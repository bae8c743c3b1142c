#pragma once

#include <optional>
#include <vector>

#include "platform/sqlite/database.h"
#include "server/store.h"

namespace vigie::server {

// Newest first, at most `limit`; -1 = all.
base::Result<std::vector<PolicyRecord>> SelectPolicies(sqlite::Database& database, std::int64_t limit);

// By name; only the one of `hash`, if it is given.
base::Result<std::vector<ApiToken>> SelectApiTokens(sqlite::Database& database, const std::optional<std::string>& hash);

}  // namespace vigie::server
