#pragma once

#include <optional>
#include <string>

#include "platform/sqlite/database.h"
#include "server/store.h"

// Requests to see record ids, as casework.h says. kDataLoss for what cannot be read.
namespace vigie::server {

base::Result<std::string> NextUnmaskId(sqlite::Database& database);
base::Result<void> ReplaceUnmask(sqlite::Database& database, const v1::UnmaskRequest& request);
base::Result<std::optional<v1::UnmaskRequest>> SelectUnmask(sqlite::Database& database, const std::string& id);
base::Result<UnmaskPage> SelectUnmasks(sqlite::Database& database, const UnmaskQuery& query);

}  // namespace vigie::server
