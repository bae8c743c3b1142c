#include "server/users.h"

#include <algorithm>

namespace vigie::server {

std::string NameKey(std::string_view name) {
  std::string key(name);
  std::ranges::transform(key, key.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return key;
}

bool SameName(std::string_view one, std::string_view other) {
  return NameKey(one) == NameKey(other);
}

}  // namespace vigie::server
