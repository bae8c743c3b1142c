#include "agent/sensor/printable_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/utf8.h"

namespace vigie::agent::sensor {
namespace {

unsigned char At(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

std::string ToPrintable(std::string_view bytes, std::size_t limit) {
  std::string text;
  text.reserve(std::min(bytes.size(), limit));
  while (!bytes.empty()) {
    const std::size_t length = base::FirstUtf8Character(bytes).bytes;  // 0 = none
    const bool plain = length > 1 || (length == 1 && At(bytes, 0) >= 0x20 && At(bytes, 0) != 0x7F);
    const std::string next = plain ? std::string(bytes.substr(0, length)) : fmt::format("\\x{:02X}", At(bytes, 0));
    if (text.size() + next.size() > limit) break;
    text += next;
    bytes.remove_prefix(plain ? length : 1);
  }
  return text;
}

}  // namespace vigie::agent::sensor
