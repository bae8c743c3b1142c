#pragma once

#include <string_view>
#include <vector>

namespace vigie::server {

// All migrations (migrations/migrations.h), oldest first: the place in the list is the version of the schema.
std::vector<std::string_view> StoreMigrations();

}  // namespace vigie::server
