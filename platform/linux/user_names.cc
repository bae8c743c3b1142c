#include "platform/linux/user_names.h"

#include <pwd.h>

#include <array>
#include <optional>

namespace vigie::platform {
namespace {

constexpr std::size_t kMaxKnown = 1024;
constexpr std::chrono::minutes kLifetime{1};
constexpr std::size_t kEntryBytes = 16 << 10;

std::string LookUp(std::uint32_t uid) {
  std::array<char, kEntryBytes> buffer{};
  passwd entry = {};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid:" + std::to_string(uid);
}

}  // namespace

std::string UserNames::NameOf(std::uint32_t uid) {
  const base::SteadyTime now = std::chrono::steady_clock::now();
  {
    auto known = known_.Lock();
    const auto found = known->find(uid);
    if (found != known->end() && now - found->second.at < kLifetime) return found->second.name;
  }
  std::string name = LookUp(uid);
  auto known = known_.Lock();
  if (known->size() >= kMaxKnown) known->clear();
  (*known)[uid] = {name, now};
  return name;
}

}  // namespace vigie::platform
