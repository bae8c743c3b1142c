#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/sqlite/database.h"
#include "server/users.h"

// Users, as users.h says.
namespace vigie::server {

base::Result<std::optional<User>> SelectUser(sqlite::Database& database, const std::string& name);
base::Result<std::optional<User>> SelectUserByStamp(sqlite::Database& database, const std::string& stamp);
base::Result<std::vector<User>> SelectUsers(sqlite::Database& database);
base::Result<void> InsertUser(sqlite::Database& database, const User& user);
base::Result<void> UpdateUser(sqlite::Database& database, const User& user);
base::Result<void> DeleteUser(sqlite::Database& database, const std::string& name);

}  // namespace vigie::server
