#include <algorithm>

#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"

// People who sign in by name and password.
namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

std::optional<User> FindIn(const MemoryState& state, const std::string& name) {
  const auto found = state.users.find(NameKey(name));
  return found == state.users.end() ? std::nullopt : std::optional(found->second);
}

std::optional<User> FindByStamp(const MemoryState& state, const std::string& stamp) {
  const auto found =
      std::ranges::find(state.users, stamp, [](const auto& entry) -> const std::string& { return entry.second.stamp; });
  return found == state.users.end() ? std::nullopt : std::optional(found->second);
}

Error Unknown() {
  return {ErrorCode::kNotFound, "there is no user of this name"};
}

}  // namespace

Result<std::optional<User>> MemoryTransaction::FindUser(const std::string& name) {
  return FindIn(state_, name);
}

Result<void> MemoryTransaction::AddUser(const User& user) {
  if (FindIn(state_, user.name) || FindByStamp(state_, user.stamp))
    return Error{ErrorCode::kAlreadyExists, "there is a user of this name"};
  state_.users.emplace(NameKey(user.name), user);
  return {};
}

Result<void> MemoryTransaction::SaveUser(const User& user) {
  const auto found = state_.users.find(NameKey(user.name));
  if (found == state_.users.end()) return Unknown();
  User changed = user;
  changed.name = found->second.name;
  changed.created_at = found->second.created_at;
  found->second = std::move(changed);
  return {};
}

Result<void> MemoryTransaction::RemoveUser(const std::string& name) {
  return state_.users.erase(NameKey(name)) > 0 ? Result<void>() : Unknown();
}

Result<std::optional<User>> MemoryStore::FindUser(const std::string& name) {
  const auto state = Snapshot();
  if (!state) return state.error();
  return FindIn(**state, name);
}

Result<std::optional<User>> MemoryStore::FindUserByStamp(const std::string& stamp) {
  const auto state = Snapshot();
  if (!state) return state.error();
  return FindByStamp(**state, stamp);
}

Result<std::vector<User>> MemoryStore::ListUsers() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<User> users;
  for (const auto& [key, user] : (*state)->users) users.push_back(user);
  return users;
}

}  // namespace vigie::server
