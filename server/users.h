#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"

// People who sign in by name and password. A part of every Store (store.h).
namespace vigie::server {

// Whoever has this name is one person to the collector: an API token of the same name is the user's own.
struct User {
  std::string name;           // as it was given first; looked up without regard to the case of ASCII letters
  std::string role;           // as of API tokens (api/method_table.h)
  std::string password_hash;  // credentials::HashPassword
  // In his sessions it takes the place of a token's hash. Made anew whenever they must end: with another password or
  // role, and when he is disabled.
  std::string stamp;
  bool one_time_password = false;  // he must choose another one before he may do anything
  bool disabled = false;
  base::SystemTime created_at{};
  base::SystemTime password_set_at{};
};

class UserTransaction {
 public:
  virtual ~UserTransaction() = default;

  virtual base::Result<std::optional<User>> FindUser(const std::string& name) = 0;
  // kAlreadyExists if the name or the stamp is kept.
  virtual base::Result<void> AddUser(const User& user) = 0;
  // Whole, in place of the one of his name; the name itself and `created_at` stay as they were. kNotFound.
  virtual base::Result<void> SaveUser(const User& user) = 0;
  // kNotFound.
  virtual base::Result<void> RemoveUser(const std::string& name) = 0;
};

class UserStore {
 public:
  virtual ~UserStore() = default;

  virtual base::Result<std::optional<User>> FindUser(const std::string& name) = 0;
  virtual base::Result<std::optional<User>> FindUserByStamp(const std::string& stamp) = 0;
  virtual base::Result<std::vector<User>> ListUsers() = 0;  // by name, without regard to case
};

// Whether two names are one person's: equal but for the case of ASCII letters.
bool SameName(std::string_view one, std::string_view other);
// In small ASCII letters: equal for equal persons.
std::string NameKey(std::string_view name);

}  // namespace vigie::server
