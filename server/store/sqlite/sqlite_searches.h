#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/sqlite/database.h"
#include "server/store.h"

// Searches that people keep, as casework.h says. kDataLoss for what cannot be read.
namespace vigie::server {

base::Result<std::string> NextSearchId(sqlite::Database& database);
base::Result<void> ReplaceSearch(sqlite::Database& database, const v1::SavedSearch& search);
base::Result<void> DeleteSearch(sqlite::Database& database, const std::string& id);
base::Result<std::optional<v1::SavedSearch>> SelectSearch(sqlite::Database& database, const std::string& id);
base::Result<std::vector<v1::SavedSearch>> SelectSearches(sqlite::Database& database, const std::string& owner);

}  // namespace vigie::server
