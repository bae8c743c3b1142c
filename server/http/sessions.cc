#include "server/http/sessions.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/credentials/certificates.h"

namespace vigie::server::http {

std::string Sessions::Begin(const std::string& token_hash) {
  const std::string cookie = credentials::CreateToken();
  const auto now = clock_.SteadyNow();
  auto entries = entries_.Lock();
  MakeRoom(*entries, token_hash);
  entries->insert_or_assign(credentials::TokenHash(cookie), Entry{token_hash, now, now});
  return cookie;
}

std::optional<Session> Sessions::Use(std::string_view cookie) {
  const auto now = clock_.SteadyNow();
  auto entries = entries_.Lock();
  const auto found = entries->find(credentials::TokenHash(cookie));
  if (found == entries->end()) return std::nullopt;
  if (now >= EndOf(found->second)) {
    entries->erase(found);
    return std::nullopt;
  }
  found->second.used = now;
  return Session{found->first, found->second.token_hash, clock_.Now() + (EndOf(found->second) - now)};
}

bool Sessions::Alive(const std::string& id) const {
  const auto now = clock_.SteadyNow();
  auto entries = entries_.Lock();
  const auto found = entries->find(id);
  return found != entries->end() && now < EndOf(found->second);
}

void Sessions::End(const std::string& id) {
  entries_.Lock()->erase(id);
}

base::SteadyTime Sessions::EndOf(const Entry& entry) const {
  return std::min(entry.begun + limits_.longest, entry.used + limits_.idle);
}

void Sessions::MakeRoom(Entries& entries, const std::string& token_hash) const {
  const auto now = clock_.SteadyNow();
  std::erase_if(entries, [&](const auto& entry) { return now >= EndOf(entry.second); });
  const auto of_this_token = [&](const auto& entry) { return entry.second.token_hash == token_hash; };
  const bool token_is_full =
      static_cast<std::size_t>(std::ranges::count_if(entries, of_this_token)) >= limits_.most_of_one_token;
  if (!token_is_full && entries.size() < limits_.most) return;
  auto oldest = entries.end();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (token_is_full && !of_this_token(*entry)) continue;
    if (oldest == entries.end() || entry->second.used < oldest->second.used) oldest = entry;
  }
  if (oldest != entries.end()) entries.erase(oldest);
}

std::string CsrfTokenOf(std::string_view cookie) {
  return credentials::TokenHash("vigie-csrf:" + std::string(cookie));
}

bool SameSecret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace vigie::server::http
