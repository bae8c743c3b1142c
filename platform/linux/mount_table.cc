#include "platform/linux/mount_table.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace vigie::platform {
namespace {

constexpr std::string_view kEndOfOptionalFields = "-";
constexpr std::size_t kOctalDigits = 3;

std::string_view TakeField(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

bool IsOctal(char character) {
  return character >= '0' && character <= '7';
}

// The kernel writes space, tab, line break, backslash and # as a backslash and three octal digits.
std::string Unescape(std::string_view field) {
  std::string plain;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::string_view digits = field.substr(i + 1 <= field.size() ? i + 1 : i, kOctalDigits);
    if (field[i] != '\\' || digits.size() < kOctalDigits || !std::ranges::all_of(digits, IsOctal)) {
      plain += field[i];
      continue;
    }
    int code = 0;
    for (const char digit : digits) code = code * 8 + (digit - '0');
    plain += static_cast<char>(code);
    i += kOctalDigits;
  }
  return plain;
}

template <typename Number>
bool Parse(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool ParseDevice(std::string_view field, Mount& mount) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return false;
  return Parse(field.substr(0, colon), mount.major) && Parse(field.substr(colon + 1), mount.minor);
}

// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"
std::optional<Mount> ParseLine(std::string_view line) {
  Mount mount;
  if (!Parse(TakeField(line), mount.id)) return std::nullopt;
  TakeField(line);  // the parent
  if (!ParseDevice(TakeField(line), mount)) return std::nullopt;
  mount.root = Unescape(TakeField(line));
  mount.mount_point = Unescape(TakeField(line));
  TakeField(line);  // options of the mount
  while (!line.empty() && TakeField(line) != kEndOfOptionalFields) {
  }
  mount.file_system = Unescape(TakeField(line));
  mount.source = Unescape(TakeField(line));
  if (mount.mount_point.empty() || mount.file_system.empty()) return std::nullopt;
  return mount;
}

}  // namespace

std::vector<Mount> ParseMountTable(std::string_view text) {
  std::vector<Mount> mounts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto mount = ParseLine(text.substr(0, end))) mounts.push_back(*std::move(mount));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return mounts;
}

}  // namespace vigie::platform
