#include "server/api/people.h"

#include <algorithm>

#include "server/api/method_table.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMostNameBytes = 64;
// The audit's own, and who "pushed" the policy of the collector's file.
constexpr std::string_view kReserved[] = {"unknown", "enrolment", "collector", "collector.yaml"};

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-@").find(c) != std::string_view::npos;
}

std::optional<Person> LetIn(const User& user) {
  return user.disabled ? std::nullopt : std::optional(Person{user.name, user.role});
}

std::set<std::string> AdminsAmong(const std::vector<ApiToken>& tokens, const std::vector<User>& users) {
  std::set<std::string> admins;
  std::set<std::string> with_token;
  for (const ApiToken& token : tokens) {
    with_token.insert(NameKey(token.name));
    if (token.role == "admin") admins.insert(NameKey(token.name));
  }
  for (const User& user : users) {
    const std::string name = NameKey(user.name);
    const bool has_a_way_in = !user.disabled && (!user.one_time_password || with_token.contains(name));
    admins.erase(name);  // by a token: that is his own
    if (has_a_way_in && user.role == "admin") admins.insert(name);
  }
  return admins;
}

Error NobodyLeft() {
  return {ErrorCode::kFailedPrecondition, "no admin would be left: create another one first"};
}

}  // namespace

Result<std::optional<Person>> PersonOfToken(Store& store, const std::string& token_hash) {
  // Found by its hash: how long the look-up takes says something about the hash, which nobody can steer, not about the
  // token.
  const auto token = store.FindApiToken(token_hash);
  if (!token) return token.error();
  if (!*token) return std::optional<Person>();
  const auto owner = store.FindUser((*token)->name);
  if (!owner) return owner.error();
  return *owner ? LetIn(**owner) : Person{(*token)->name, (*token)->role};
}

Result<std::optional<Person>> PersonOfSession(Store& store, const std::string& hash_or_stamp) {
  const auto user = store.FindUserByStamp(hash_or_stamp);
  if (!user) return user.error();
  return *user ? LetIn(**user) : PersonOfToken(store, hash_or_stamp);
}

Result<std::map<std::string, base::SystemTime>> KnownSince(Store& store) {
  const auto tokens = store.ListApiTokens();
  if (!tokens) return tokens.error();
  const auto users = store.ListUsers();
  if (!users) return users.error();
  std::map<std::string, base::SystemTime> since;
  const auto add = [&](const std::string& name, base::SystemTime at) {
    const auto [known, is_new] = since.emplace(NameKey(name), at);
    if (!is_new) known->second = std::min(known->second, at);
  };
  for (const ApiToken& token : *tokens) add(token.name, token.created_at);
  for (const User& user : *users) add(user.name, user.created_at);
  return since;
}

Result<std::set<std::string>> Admins(Store& store) {
  const auto tokens = store.ListApiTokens();
  if (!tokens) return tokens.error();
  const auto users = store.ListUsers();
  if (!users) return users.error();
  return AdminsAmong(*tokens, *users);
}

Result<void> CheckOtherAdmin(Store& store, const std::string& name) {
  auto admins = Admins(store);
  if (!admins) return admins.error();
  admins->erase(NameKey(name));
  return admins->empty() ? NobodyLeft() : Result<void>();
}

Result<void> CheckAdminsWith(Store& store, const User& saved, bool without_token) {
  auto tokens = store.ListApiTokens();
  if (!tokens) return tokens.error();
  if (without_token) std::erase_if(*tokens, [&](const ApiToken& token) { return SameName(token.name, saved.name); });
  auto users = store.ListUsers();
  if (!users) return users.error();
  std::erase_if(*users, [&](const User& user) { return SameName(user.name, saved.name); });
  users->push_back(saved);
  return AdminsAmong(*tokens, *users).empty() ? NobodyLeft() : Result<void>();
}

Result<void> CheckName(const std::string& name) {
  if (name.empty() || name.size() > kMostNameBytes || !std::ranges::all_of(name, IsPlain)) {
    return Error{ErrorCode::kInvalidArgument, "name: must be 1 to 64 letters, digits and ._-@"};
  }
  if (std::ranges::find(kReserved, NameKey(name)) == std::end(kReserved)) return {};
  return Error{ErrorCode::kInvalidArgument, "name: the audit calls others so, choose another"};
}

Result<void> CheckRole(const std::string& role) {
  if (IsRole(role)) return {};
  return Error{ErrorCode::kInvalidArgument, "role: must be admin, analyst, auditor or officer"};
}

Result<void> CheckOwner(Store& store, const Person& token) {
  const auto owner = store.FindUser(token.name);
  if (!owner) return owner.error();
  if (!*owner || (*owner)->role == token.role) return {};
  return Error{ErrorCode::kInvalidArgument, "role: the user of this name has the role " + (*owner)->role};
}

}  // namespace vigie::server::api
