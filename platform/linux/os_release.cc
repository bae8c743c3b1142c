#include "platform/linux/os_release.h"

#include <algorithm>

namespace vigie::platform {
namespace {

constexpr std::string_view kKey = "PRETTY_NAME=";

// As a shell would: single quotes keep everything, a backslash keeps the next character.
std::string Unquote(std::string_view value) {
  const bool quoted = value.starts_with('"') || value.starts_with('\'');
  const char quote = quoted ? value.front() : '\0';
  if (quoted) value.remove_prefix(1);
  std::string plain;
  for (std::size_t i = 0; i < value.size() && value[i] != quote; ++i) {
    if (value[i] == '\\' && quote != '\'' && i + 1 < value.size()) ++i;
    plain += value[i];
  }
  return plain;
}

}  // namespace

std::string PrettyName(std::string_view text) {
  std::string name = "Linux";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(kKey)) name = Unquote(line.substr(kKey.size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return name;
}

}  // namespace vigie::platform
