#include "agent/sensor/command_line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <utility>

namespace vigie::agent::sensor {
namespace {

using Arguments = std::vector<std::string_view>;

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 9> kDefaultPorts = {{{"http", 80},
                                                                                      {"https", 443},
                                                                                      {"ftp", 21},
                                                                                      {"ftps", 990},
                                                                                      {"sftp", 22},
                                                                                      {"scp", 22},
                                                                                      {"ssh", 22},
                                                                                      {"rsync", 873},
                                                                                      {"tftp", 69}}};

// Options whose value is not where the data goes, though it may look so.
constexpr std::array<std::string_view, 30> kOptionsWithValue = {
    "-x",       "--proxy", "-e",     "--referer", "-o", "--output", "-T",         "--upload-file", "-F", "--form",
    "-d",       "--data",  "-H",     "--header",  "-u", "--user",   "-A",         "--user-agent",  "-b", "--cookie",
    "--cacert", "-E",      "--cert", "--key",     "-i", "-l",       "--data-raw", "--data-binary", "-w", "-c"};

template <typename List>
bool Holds(const List& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

std::uint32_t DefaultPort(std::string_view scheme) {
  for (const auto& [name, port] : kDefaultPorts) {
    if (name == scheme) return port;
  }
  return 0;
}

std::optional<std::uint32_t> ParsePort(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) return std::nullopt;
  return port;
}

struct Authority {
  std::string_view host;
  std::uint32_t port = 0;
};

// "user:password@[::1]:8443" → ::1, 8443 (RFC 3986, section 3.2).
Authority ParseAuthority(std::string_view text, std::uint32_t default_port) {
  if (const auto at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos) return {};
    const std::string_view rest = text.substr(close + 1);
    const auto port = rest.starts_with(':') ? ParsePort(rest.substr(1)) : std::nullopt;
    return {text.substr(1, close - 1), port.value_or(default_port)};
  }
  const auto colon = text.find(':');
  if (colon == text.npos) return {text, default_port};
  return {text.substr(0, colon), ParsePort(text.substr(colon + 1)).value_or(default_port)};
}

v1::Destination MakeDestination(std::string_view kind, std::string name, const Authority& authority) {
  v1::Destination destination;
  destination.set_kind(std::string(kind));
  destination.set_name(std::move(name));
  destination.set_address(std::string(authority.host.substr(0, 253)));  // RFC 1035, section 2.3.4
  destination.set_port(authority.port);
  return destination;
}

struct UrlParts {
  std::string_view before;  // "--url=" and the like
  std::string_view scheme;
  std::string_view authority;  // with user
  std::string_view path;       // without query and fragment
};

std::optional<UrlParts> SplitUrl(std::string_view argument) {
  const auto separator = argument.find("://");
  if (separator == argument.npos || separator == 0) return std::nullopt;
  const auto scheme_end = argument.substr(0, separator).find_last_of("=\"'(,@");
  const std::size_t scheme_at = scheme_end == argument.npos ? 0 : scheme_end + 1;
  UrlParts parts{argument.substr(0, scheme_at), argument.substr(scheme_at, separator - scheme_at), {}, {}};
  std::string_view rest = argument.substr(separator + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto slash = rest.find('/');
  parts.authority = rest.substr(0, slash);
  if (slash != rest.npos) parts.path = rest.substr(slash);
  if (parts.scheme.empty() || parts.authority.empty()) return std::nullopt;
  return parts;
}

std::string WithoutUser(std::string_view authority) {
  const auto at = authority.rfind('@');
  return std::string(at == authority.npos ? authority : authority.substr(at + 1));
}

std::string BareUrl(const UrlParts& parts) {
  return std::string(parts.scheme) + "://" + WithoutUser(parts.authority) + std::string(parts.path);
}

std::optional<v1::Destination> FromUrl(std::string_view argument) {
  const auto parts = SplitUrl(argument);
  if (!parts) return std::nullopt;
  const Authority authority = ParseAuthority(parts->authority, DefaultPort(parts->scheme));
  if (authority.host.empty()) return std::nullopt;
  return MakeDestination("url", BareUrl(*parts), authority);
}

v1::Destination FromHost(const Authority& authority) {
  return MakeDestination("host", std::string(authority.host), authority);
}

bool TakesValue(std::string_view option, bool port_option) {
  return Holds(kOptionsWithValue, option) || (port_option && (option == "-p" || option == "-P"));
}

// Arguments that are neither options nor the values of known options. -p is followed by a port for some programs only.
Arguments Positional(const Arguments& arguments, bool port_option) {
  Arguments found;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (TakesValue(arguments[i], port_option)) {
      ++i;
    } else if (!arguments[i].starts_with('-')) {
      found.push_back(arguments[i]);
    }
  }
  return found;
}

std::optional<v1::Destination> FirstUrl(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (Holds(kOptionsWithValue, arguments[i])) {
      ++i;
      continue;
    }
    if (auto destination = FromUrl(arguments[i])) return destination;
  }
  return std::nullopt;
}

// "user@host:path" and "host:path"; the colon stands before any slash (scp(1), rsync(1)).
std::optional<v1::Destination> FromRemotePath(const Arguments& positional, std::uint32_t port) {
  for (const std::string_view argument : positional) {
    const auto colon = argument.find(':');
    if (colon == argument.npos || colon == 0 || argument.find('/') < colon) continue;
    const Authority authority = ParseAuthority(argument.substr(0, colon), port);
    if (!authority.host.empty()) return FromHost(authority);
  }
  return std::nullopt;
}

// ssh(1), sftp(1): the first name is the host.
std::optional<v1::Destination> FromFirstHost(const Arguments& positional) {
  if (positional.empty()) return std::nullopt;
  const Authority authority = ParseAuthority(positional.front().substr(0, positional.front().find(':')), 22);
  if (authority.host.empty()) return std::nullopt;
  return FromHost(authority);
}

// nc(1), ftp(1), lftp(1): host and port as two words.
std::optional<v1::Destination> FromHostAndPort(const Arguments& positional) {
  if (positional.empty()) return std::nullopt;
  const auto port = positional.size() > 1 ? ParsePort(positional[1]) : std::nullopt;
  return FromHost({positional.front(), port.value_or(0)});
}

// socat(1): TCP:host:port, OPENSSL:host:port,options.
std::optional<v1::Destination> FromSocatAddress(const Arguments& positional) {
  for (const std::string_view argument : positional) {
    const auto first = argument.find(':');
    if (first == argument.npos) continue;
    const std::string_view rest = argument.substr(first + 1);
    const auto second = rest.find(':');
    if (second == rest.npos || second == 0) continue;
    if (const auto port = ParsePort(rest.substr(second + 1, rest.find(',') - second - 1))) {
      return FromHost({rest.substr(0, second), *port});
    }
  }
  return std::nullopt;
}

// curl(1) and wget(1) take "host/path" as a URL without its scheme.
std::optional<v1::Destination> FromBareUrl(const Arguments& positional) {
  for (const std::string_view argument : positional) {
    const std::string_view plain = argument.substr(0, argument.find_first_of("?#"));
    const std::string_view authority_text = plain.substr(0, plain.find('/'));
    const Authority authority = ParseAuthority(authority_text, 80);
    const bool names_a_host = authority.host == "localhost" || authority.host.find('.') != authority.host.npos;
    if (authority.host.empty() || !names_a_host) continue;
    const std::string path(plain.substr(authority_text.size()));
    return MakeDestination("url", "http://" + WithoutUser(authority_text) + path, authority);
  }
  return std::nullopt;
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

std::optional<v1::Destination> ParseDestination(std::string_view program, std::string_view command_line) {
  constexpr std::array<std::string_view, 3> kCopyPrograms = {"scp", "rsync", "rclone"};
  constexpr std::array<std::string_view, 2> kShellPrograms = {"ssh", "sftp"};
  constexpr std::array<std::string_view, 2> kWebPrograms = {"curl", "wget"};
  const Arguments arguments = SplitArguments(command_line);
  if (auto destination = FirstUrl(arguments)) return destination;
  const bool connects = !Holds(kCopyPrograms, program) && !Holds(kWebPrograms, program);
  const Arguments positional = Positional(arguments, connects);
  if (Holds(kCopyPrograms, program)) return FromRemotePath(positional, program == "rclone" ? 0 : 22);
  if (Holds(kShellPrograms, program)) return FromFirstHost(positional);
  if (Holds(kWebPrograms, program)) return FromBareUrl(positional);
  if (program == "socat") return FromSocatAddress(positional);
  if (program.starts_with("nc") || program.ends_with("ftp")) return FromHostAndPort(positional);
  return std::nullopt;
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
