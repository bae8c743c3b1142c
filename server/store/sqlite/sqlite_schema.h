#pragma once

#include <string_view>
#include <vector>

namespace vigie::server {

// All migrations, oldest first. Never change one that was shipped: add the next.
std::vector<std::string_view> StoreMigrations();

}  // namespace vigie::server
