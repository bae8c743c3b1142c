#include "platform/linux/proc_text.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <charconv>

namespace vigie::platform {
namespace {

constexpr std::string_view kDeletedNote = " (deleted)";
constexpr int kParentField = 4;
constexpr int kSessionField = 6;
constexpr int kStartTimeField = 22;
constexpr int kFirstFieldAfterName = 3;

template <typename Number>
std::optional<Number> ToNumber(std::string_view text, int base = 10) {
  Number number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Cuts the next word off the front of the text.
std::string_view TakeWord(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  const std::size_t end = std::min(text.find_first_of(" \t\n", begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

// The rest of the line that begins with `key`.
std::optional<std::string_view> FindLine(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key)) return line.substr(key.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

OpenMode ModeOfFlags(std::uint64_t flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
  return writes ? OpenMode::kWrite : OpenMode::kRead;
}

}  // namespace

std::optional<ProcessStat> ParseProcessStat(std::string_view text) {
  // The name stands in parentheses and may hold spaces and parentheses itself: the last one ends it.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  ProcessStat stat;
  for (int field = kFirstFieldAfterName; field <= kStartTimeField; ++field) {
    const std::string_view word = TakeWord(text);
    if (field == kParentField) {
      const auto parent = ToNumber<std::int32_t>(word);
      if (!parent) return std::nullopt;
      stat.parent = *parent;
    }
    if (field == kSessionField) {
      const auto session = ToNumber<std::int32_t>(word);
      if (!session) return std::nullopt;
      stat.session = *session;
    }
    if (field == kStartTimeField) {
      const auto start = ToNumber<std::uint64_t>(word);
      if (!start) return std::nullopt;
      stat.start_time = *start;
    }
  }
  return stat;
}

std::optional<std::uint32_t> ParseRealUid(std::string_view text) {
  auto line = FindLine(text, "Uid:");
  if (!line) return std::nullopt;
  return ToNumber<std::uint32_t>(TakeWord(*line));
}

std::optional<std::uint32_t> ParseNumberFile(std::string_view text) {
  return ToNumber<std::uint32_t>(TakeWord(text));
}

std::string JoinArguments(std::string_view text, std::size_t limit) {
  std::string joined(text.substr(0, std::min(limit, text.size())));
  while (!joined.empty() && joined.back() == '\0') joined.pop_back();
  std::ranges::replace(joined, '\0', ' ');
  return joined;
}

std::optional<std::uint32_t> ParseDescriptorFlags(std::string_view text) {
  auto line = FindLine(text, "flags:");
  if (!line) return std::nullopt;
  return ToNumber<std::uint32_t>(TakeWord(*line), 8);
}

std::optional<SystemCall> ParseSystemCall(std::string_view text) {
  SystemCall call;
  const auto number = ToNumber<std::int64_t>(TakeWord(text));
  if (!number || *number < 0) return std::nullopt;
  call.number = *number;
  for (std::uint64_t& argument : call.arguments) {
    const std::string_view word = TakeWord(text);
    if (!word.starts_with("0x")) return std::nullopt;
    const auto value = ToNumber<std::uint64_t>(word.substr(2), 16);
    if (!value) return std::nullopt;
    argument = *value;
  }
  return call;
}

std::optional<OpenMode> OpenModeOf(const SystemCall& call) {
  switch (call.number) {
#ifdef SYS_open  // arm64 has openat only
    case SYS_open:
      return ModeOfFlags(call.arguments[1]);
    case SYS_creat:
      return OpenMode::kWrite;
#endif
    case SYS_openat:
    case SYS_open_by_handle_at:
      return ModeOfFlags(call.arguments[2]);
    case SYS_execve:
    case SYS_execveat:
      return OpenMode::kRead;
    case SYS_openat2:
    case SYS_io_uring_enter:
      return OpenMode::kUnknown;
    default:
      return std::nullopt;
  }
}

std::optional<double> ParsePressure(std::string_view text) {
  constexpr std::string_view kBegin = "some avg10=";
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc() || !(percent >= 0 && percent <= 100)) return std::nullopt;
  return percent / 100;
}

std::string WithoutDeletedNote(std::string_view path) {
  if (path.ends_with(kDeletedNote)) path.remove_suffix(kDeletedNote.size());
  return std::string(path);
}

}  // namespace vigie::platform
