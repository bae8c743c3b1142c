#include "agent/sensor/command_line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "agent/sensor/url.h"

namespace vigie::agent::sensor {
namespace {

using Arguments = std::vector<std::string_view>;

std::string_view LastName(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

bool IsInterpreter(std::string_view name) {
  constexpr std::array<std::string_view, 9> kInterpreters = {"python", "perl", "ruby", "node", "bash",
                                                             "dash",   "sh",   "php",  "java"};
  while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9'))) name.remove_suffix(1);
  return std::ranges::find(kInterpreters, name) != kInterpreters.end();
}

// Where an interpreter's script or module stands among its arguments; 0 = it runs neither ("-c", its input).
std::size_t ScriptAt(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-m") return i + 1 < arguments.size() ? i + 1 : 0;
    if (arguments[i] == "-c" || arguments[i] == "-e" || arguments[i] == "-") return 0;
    if (!arguments[i].starts_with('-')) return i;
  }
  return 0;
}

constexpr std::string_view kHidden = "***";

bool IsWord(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalpha(c) != 0 || c == '-' || c == '_'; });
}

bool IsPath(std::string_view text) {
  return text.find('/') != text.npos && text.find_first_of("@:=,;<> \"'") == text.npos;
}

std::string ShownValue(std::string_view value) {
  if (const auto parts = SplitUrl(value)) return parts->before.empty() ? BareUrl(*parts) : std::string(kHidden);
  const bool is_file = value.starts_with('@') && value.find('@', 1) == value.npos;  // curl: data from this file
  return is_file || IsPath(value) ? std::string(value) : std::string(kHidden);
}

// "--name" and "--name=" are shown, and short options up to three letters: longer ones may have their value attached.
std::string ShownArgument(std::string_view argument) {
  constexpr std::size_t kLongestShort = 4;
  const auto equals = argument.find('=');
  if (equals != argument.npos && IsWord(argument.substr(0, equals))) {
    return std::string(argument.substr(0, equals + 1)) + ShownValue(argument.substr(equals + 1));
  }
  const bool option = argument.starts_with("--") || (argument.starts_with('-') && argument.size() <= kLongestShort);
  if (option && IsWord(argument)) return std::string(argument);
  return ShownValue(argument);
}

}  // namespace

std::vector<std::string_view> SplitArguments(std::string_view command_line) {
  Arguments arguments;
  while (!command_line.empty()) {
    const auto end = std::min(command_line.find(' '), command_line.size());
    if (end > 0) arguments.push_back(command_line.substr(0, end));
    command_line.remove_prefix(std::min(end + 1, command_line.size()));
  }
  return arguments;
}

Invocation ParseInvocation(std::string_view exe, std::string_view command_line) {
  Invocation invocation{LastName(exe), SplitArguments(command_line)};
  Arguments& arguments = invocation.arguments;
  std::size_t begin = 0;
  if (invocation.program == "busybox" && !arguments.empty()) {
    begin = LastName(arguments[0]) == "busybox" && arguments.size() > 1 ? 1 : 0;
  } else if (!IsInterpreter(invocation.program) || (begin = ScriptAt(arguments)) == 0) {
    return invocation;
  }
  invocation.program = LastName(arguments[begin]);
  arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(begin));
  return invocation;
}

std::string RedactCommandLine(std::string_view command_line) {
  const Arguments arguments = SplitArguments(command_line);
  if (arguments.empty()) return {};
  std::string redacted(arguments.front());
  bool hidden = false;
  for (const std::string_view argument : std::span(arguments).subspan(1)) {
    const std::string shown = ShownArgument(argument);
    if (shown == kHidden && hidden) continue;  // how many words were hidden is nobody's business either
    hidden = shown == kHidden;
    redacted += ' ' + shown;
  }
  return redacted;
}

}  // namespace vigie::agent::sensor
