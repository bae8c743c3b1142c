#include "server/api/password_sign_in.h"

#include "core/credentials/passwords.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMostNameBytes = 64;  // that are remembered

}  // namespace

bool PasswordSignIn::IsGood(const User& user) const {
  return !user.disabled && (!user.one_time_password || clock_.Now() - user.password_set_at < kOneTimePasswordLives);
}

Result<User> PasswordSignIn::Check(const std::string& name, const std::string& password, const std::string& peer) {
  const std::string shown_name = name.substr(0, kMostNameBytes);
  if (auto listens = limiter_.Begin(shown_name, peer); !listens) return listens.error();
  const auto user = store_.FindUser(name);
  if (!user) return user.error();
  const std::string& hash = *user ? (*user)->password_hash : credentials::NobodysPasswordHash();
  // Nobody may make it normalise and hash a megabyte.
  const bool has_length = password.size() <= credentials::kMostPasswordBytes;
  const auto matches = checks_.Matches(hash, has_length ? password : "");
  if (!matches) return matches.error();
  if (!*matches || !*user || !IsGood(**user)) return Error{ErrorCode::kUnauthenticated, "name or password is wrong"};
  limiter_.Succeeded(shown_name, peer);
  return **user;
}

}  // namespace vigie::server::api
