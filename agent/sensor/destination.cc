#include "agent/sensor/destination.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/sensor/detour.h"
#include "agent/sensor/url.h"

namespace vigie::agent::sensor {
namespace {

using Arguments = std::vector<std::string_view>;
using enum DestinationForm;

// Options whose value is not where the data goes, though it may look so.
constexpr std::string_view kValuesOfWeb[] = {
    "-x",        "--proxy",      "-e", "--referer",  "-o",         "--output",      "-T",       "--upload-file",
    "-F",        "--form",       "-d", "--data",     "-H",         "--header",      "-u",       "--user",
    "-A",        "--user-agent", "-b", "--cookie",   "-E",         "--cert",        "--cacert", "--key",
    "-i",        "-l",           "-w", "-c",         "--data-raw", "--data-binary", "-K",       "--config",
    "--resolve", "--connect-to", "-m", "--max-time", "-X",         "--request"};
constexpr std::string_view kValuesOfShell[] = {"-i", "-l", "-o", "-F", "-c", "-e", "-w", "-W", "-J", "-S", "-E", "-p",
                                               "-P", "-b", "-B", "-D", "-L", "-R", "-m", "-O", "-Q", "-I", "-s"};
constexpr std::string_view kValuesOfConnection[] = {"-i", "-w", "-q", "-p", "-P", "-s", "-x", "-X", "-e", "-c", "-u",
                                                    "-f", "-I", "-O", "-T", "-V", "-o", "-g", "-G", "-d", "-m", "-l"};
constexpr std::string_view kValuesOfMail[] = {"-a", "-s", "-c", "-b", "-i", "-F", "-H", "-e", "-r", "-S", "-A", "-q"};
constexpr std::string_view kValuesOfRepository[] = {"-m", "-F", "-C",         "-c",        "-o",
                                                    "-R", "-u", "--username", "--password"};

template <typename List>
bool Holds(const List& list, std::string_view item) {
  return std::ranges::find(list, item) != std::end(list);
}

v1::Destination MakeDestination(std::string_view kind, std::string name, const Authority& authority) {
  v1::Destination destination;
  destination.set_kind(std::string(kind));
  destination.set_name(std::move(name));
  destination.set_address(std::string(authority.host.substr(0, 253)));  // RFC 1035, section 2.3.4
  destination.set_port(authority.port);
  return destination;
}

v1::Destination FromHost(const Authority& authority) {
  return MakeDestination("host", std::string(authority.host), authority);
}

v1::Destination Place(std::string_view kind, std::string_view name) {
  return MakeDestination(kind, std::string(name), {});
}

// `lftp -e "put a; open ftp://x.example"` comes in pieces.
std::string_view WithoutQuotes(std::string_view word) {
  while (!word.empty() && (word.front() == '"' || word.front() == '\'')) word.remove_prefix(1);
  return word.substr(0, word.find_first_of(";\"'"));
}

std::optional<v1::Destination> FromUrl(std::string_view argument) {
  const auto parts = SplitUrl(argument);
  if (!parts) return std::nullopt;
  const Authority authority = ParseAuthority(parts->authority, DefaultPort(parts->scheme));
  if (authority.host.empty()) return std::nullopt;
  return MakeDestination("url", BareUrl(*parts), authority);
}

template <typename List>
Arguments Positional(const Arguments& arguments, const List& options_with_value) {
  Arguments found;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (Holds(options_with_value, arguments[i])) {
      ++i;
    } else if (!arguments[i].starts_with('-')) {
      found.push_back(arguments[i]);
    }
  }
  return found;
}

// The last value of one of these options, given as "-P 22", "-P22" or "--port=22".
std::optional<std::string_view> ValueOf(const Arguments& arguments, std::initializer_list<std::string_view> options) {
  std::optional<std::string_view> value;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    for (const std::string_view option : options) {
      if (arguments[i] == option && i + 1 < arguments.size()) value = arguments[i + 1];
      const bool attached = arguments[i].size() > option.size() && arguments[i].starts_with(option);
      if (!attached) continue;
      const bool is_long = option.starts_with("--");
      if (is_long && arguments[i][option.size()] == '=') value = arguments[i].substr(option.size() + 1);
      if (!is_long && option.size() == 2) value = arguments[i].substr(option.size());
    }
  }
  return value;
}

std::uint32_t PortOption(const Arguments& arguments, std::initializer_list<std::string_view> options,
                         std::uint32_t usual) {
  const auto value = ValueOf(arguments, options);
  return value ? ParsePort(*value).value_or(usual) : usual;
}

// The first one; without address if there are several that differ in it.
std::optional<v1::Destination> FirstUrl(DestinationForm form, const Arguments& arguments) {
  const bool web = form == kWeb || form == kUrl;
  std::optional<v1::Destination> first;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (web && Holds(kValuesOfWeb, arguments[i])) {
      ++i;
      continue;
    }
    auto url = FromUrl(WithoutQuotes(arguments[i]));
    if (!url) continue;
    if (!first) {
      first = std::move(url);
    } else if (url->address() != first->address() || url->port() != first->port()) {
      first->clear_address();
    }
  }
  return first;
}

// "user@host:path" and "host:path"; the colon stands before any slash (scp(1), rsync(1)). The target is the last one.
std::optional<v1::Destination> FromRemotePath(const Arguments& positional, std::uint32_t port) {
  for (auto last = positional.rbegin(); last != positional.rend(); ++last) {
    const std::string_view argument = *last;
    const auto colon = argument.find(':', argument.find(']') == argument.npos ? 0 : argument.find(']'));
    if (colon == argument.npos || colon == 0 || argument.find('/') < colon) continue;
    const Authority authority = ParseAuthority(argument.substr(0, colon), port);
    if (!authority.host.empty()) return FromHost({authority.host, port});
  }
  return std::nullopt;
}

std::optional<v1::Destination> FromCopy(const Arguments& arguments) {
  const Arguments positional = Positional(arguments, kValuesOfShell);
  for (const std::string_view argument : positional) {  // rsync's host::module
    const auto module = argument.find("::");
    if (module != argument.npos && module > 0 && argument.find('[') > module && argument.find('/') > module)
      return FromHost({ParseAuthority(argument.substr(0, module), 0).host, PortOption(arguments, {"--port"}, 873)});
  }
  return FromRemotePath(positional, PortOption(arguments, {"-P"}, 22));
}

// ssh(1), sftp(1): the first name is the host.
std::optional<v1::Destination> FromShell(const Arguments& arguments) {
  const Arguments positional = Positional(arguments, kValuesOfShell);
  if (positional.empty()) return std::nullopt;
  std::string_view first = positional.front();
  if (!first.starts_with('[')) first = first.substr(0, first.find(':'));
  const Authority authority = ParseAuthority(first, 22);
  if (authority.host.empty()) return std::nullopt;
  return FromHost({authority.host, PortOption(arguments, {"-p", "-P"}, authority.port)});
}

// `lftp -e "put a; bye" -p 21 host`: the words of a script are none of the command line's. nc's -e and -c name a
// program.
Arguments WithoutScript(const Arguments& arguments) {
  Arguments rest;
  bool in_script = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool names_script = i > 0 && (arguments[i - 1] == "-e" || arguments[i - 1] == "-c");
    in_script = (in_script || (names_script && !arguments[i].starts_with('/'))) && !arguments[i].starts_with('-');
    if (!in_script || names_script) rest.push_back(arguments[i]);
  }
  return rest;
}

// nc(1), ftp(1), lftp(1): host and port as two words, or the port as an option.
std::optional<v1::Destination> FromConnection(const Arguments& arguments) {
  const Arguments positional = Positional(WithoutScript(arguments), kValuesOfConnection);
  if (positional.empty()) return std::nullopt;
  const auto port = positional.size() > 1 ? ParsePort(positional[1]) : std::nullopt;
  const std::string_view host = ParseAuthority(positional.front(), 0).host;
  if (host.empty()) return std::nullopt;
  return FromHost({host, port ? *port : PortOption(arguments, {"-p", "-P"}, 0)});
}

// socat(1): TCP:host:port, OPENSSL:host:port,options.
std::optional<v1::Destination> FromSocatAddress(const Arguments& arguments) {
  constexpr std::array<std::string_view, 8> kNetworks = {"tcp",  "udp",   "openssl", "ssl",
                                                         "sctp", "socks", "proxy",   "dtls"};
  for (const std::string_view argument : arguments) {
    const auto first = argument.find(':');
    const bool connects =
        std::ranges::any_of(kNetworks, [&](std::string_view name) { return StartsWithAnyCase(argument, name); });
    if (first == argument.npos || !connects) continue;
    const std::string_view rest = argument.substr(first + 1);
    const auto second = rest.find(':', rest.starts_with('[') ? rest.find(']') : 0);
    if (second == rest.npos || second == 0) continue;
    const auto port = ParsePort(rest.substr(second + 1, rest.find(',') - second - 1));
    if (port) return FromHost({ParseAuthority(rest.substr(0, second), 0).host, *port});
  }
  return std::nullopt;
}

// curl(1) and wget(1) take "host/path" as a URL without its scheme.
std::optional<v1::Destination> FromBareUrl(const Arguments& arguments) {
  for (const std::string_view argument : Positional(arguments, kValuesOfWeb)) {
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

// A quoted value ends with its quote, any other at a colon or comma.
std::string_view RcloneValue(std::string_view text) {
  if (!text.starts_with('"') && !text.starts_with('\'')) return text.substr(0, text.find_first_of(",:"));
  return text.substr(1, text.find(text.front(), 1) - 1);
}

// rclone(1): "remote:path", or all of it on the spot: ":ftp,host=…,port=…:path", ":webdav,url='…':path".
std::optional<v1::Destination> FromRclone(const Arguments& arguments) {
  const Arguments positional = Positional(arguments, std::array<std::string_view, 1>{"--config"});
  for (auto last = positional.rbegin(); last != positional.rend(); ++last) {
    const std::string_view argument = *last;
    if (!argument.starts_with(':')) continue;
    const auto url = argument.find(",url=");
    const auto option = ValueOf(arguments, {"--webdav-url", "--http-url"});
    if (url != argument.npos) return FromUrl(RcloneValue(argument.substr(url + 5)));
    if (option) return FromUrl(*option);
    const auto host = argument.find("host=");
    if (host == argument.npos) return Place("host", argument.substr(1, argument.find_first_of(",:", 1) - 1));
    const std::string_view rest = argument.substr(host + 5);
    const auto port = argument.find("port=");
    const auto port_text = port == argument.npos ? std::string_view() : argument.substr(port + 5);
    return FromHost({rest.substr(0, rest.find_first_of(",:")),
                     ParsePort(port_text.substr(0, port_text.find_first_of(",:"))).value_or(0)});
  }
  auto remote = FromRemotePath(positional, 0);
  if (remote) remote->clear_address();  // the name of an entry in a configuration
  return remote;
}

// smbclient(1): //server/share.
std::optional<v1::Destination> FromShare(const Arguments& arguments) {
  for (const std::string_view argument : arguments) {
    if (!argument.starts_with("//") || argument.size() < 3) continue;
    const std::string_view server = argument.substr(2, argument.find('/', 2) - 2);
    return MakeDestination("share", std::string(argument), {server, PortOption(arguments, {"-p", "--port"}, 445)});
  }
  return std::nullopt;
}

std::optional<v1::Destination> FromRepository(const Arguments& arguments) {
  const Arguments positional = Positional(arguments, kValuesOfRepository);
  for (const std::string_view argument : positional) {
    if (argument.starts_with("file://")) return Place("folder", argument.substr(7));
  }
  if (auto remote = FromRemotePath(positional, 22)) return remote;
  const bool pushes = Holds(positional, "push");
  for (const std::string_view argument : positional) {
    if (pushes && (argument.starts_with('/') || argument.starts_with("./") || argument.starts_with("../")))
      return Place("folder", argument);
  }
  return std::nullopt;
}

// The domain of the recipients, if it is one.
std::optional<v1::Destination> FromRecipients(const Arguments& arguments) {
  Arguments recipients = Positional(arguments, kValuesOfMail);
  if (const auto to = ValueOf(arguments, {"--to", "-t"})) recipients = {*to};  // swaks(1)
  std::set<std::string_view> domains;
  for (const std::string_view recipient : recipients) {
    const auto at = recipient.rfind('@');
    if (at == recipient.npos || at + 1 == recipient.size() || recipient.find('/') != recipient.npos) continue;
    domains.insert(recipient.substr(at + 1, recipient.find_first_of(",>\"'", at) - at - 1));
  }
  if (domains.empty()) return std::nullopt;
  const std::string_view first = *domains.begin();
  return MakeDestination("mail", std::string(first), {domains.size() == 1 ? first : std::string_view(), 0});
}

std::optional<v1::Destination> FromPrinter(const Arguments& arguments) {
  const auto name = ValueOf(arguments, {"-d", "-P"});
  if (!name) return std::nullopt;
  return Place("printer", *name);
}

std::optional<v1::Destination> FromNameServer(const Arguments& arguments) {
  for (const std::string_view argument : arguments) {
    if (argument.size() > 1 && argument.starts_with('@'))
      return FromHost({argument.substr(1), PortOption(arguments, {"-p"}, 53)});
  }
  return std::nullopt;
}

// nslookup(1), host(1): "name server", nslookup's "- server" for what it reads from its input.
std::optional<v1::Destination> FromLookup(const Arguments& arguments) {
  constexpr std::array<std::string_view, 7> kWithValue = {"-c", "-m", "-N", "-p", "-R", "-t", "-W"};
  Arguments words;
  std::uint32_t port = PortOption(arguments, {"-p"}, 53);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].starts_with("-port=")) port = ParsePort(arguments[i].substr(6)).value_or(port);
    if (Holds(kWithValue, arguments[i])) {
      ++i;
    } else if (arguments[i] == "-" || !arguments[i].starts_with('-')) {
      words.push_back(arguments[i]);
    }
  }
  const std::string_view server = words.size() < 2 ? std::string_view() : ParseAuthority(words[1], 0).host;
  if (server.empty()) return std::nullopt;
  return FromHost({server, port});
}

std::optional<v1::Destination> FromFirstName(const Arguments& arguments) {
  const Arguments positional = Positional(arguments, kValuesOfConnection);
  if (positional.empty()) return std::nullopt;
  const Authority authority = ParseAuthority(positional.front(), 0);
  if (authority.host.empty()) return std::nullopt;
  return FromHost(authority);
}

std::optional<v1::Destination> FromDesktop(const Arguments& arguments) {
  for (const std::string_view argument : arguments) {
    if (!argument.starts_with("/v:")) continue;
    const Authority authority = ParseAuthority(argument.substr(3), 3389);
    if (!authority.host.empty()) return FromHost(authority);
  }
  return std::nullopt;
}

std::optional<v1::Destination> FromForm(DestinationForm form, const Arguments& arguments) {
  switch (form) {
    case kWeb:
      return FromBareUrl(arguments);
    case kCopy:
      return FromCopy(arguments);
    case kRclone:
      return FromRclone(arguments);
    case kShell:
      return FromShell(arguments);
    case kHostAndPort:
      return FromConnection(arguments);
    case kSocat:
      return FromSocatAddress(arguments);
    case kShare:
      return FromShare(arguments);
    case kRepository:
      return FromRepository(arguments);
    case kMail:
      return FromRecipients(arguments);
    case kPrinter:
      return FromPrinter(arguments);
    case kNameServer:
      return FromNameServer(arguments);
    case kLookup:
      return FromLookup(arguments);
    case kFirstName:
      return FromFirstName(arguments);
    case kDesktop:
      return FromDesktop(arguments);
    case kUrl:
    case kNone:
      return std::nullopt;
  }
  return std::nullopt;
}

bool TakesUrls(DestinationForm form) {
  return form != kMail && form != kPrinter && form != kNone && form != kSocat && form != kRclone;
}

}  // namespace

std::optional<v1::Destination> ParseDestination(DestinationForm form, const Arguments& arguments) {
  auto destination = TakesUrls(form) ? FirstUrl(form, arguments) : std::nullopt;
  if (!destination) destination = FromForm(form, arguments);
  if (destination && MayLeadElsewhere(form, arguments)) destination->clear_address();
  return destination;
}

}  // namespace vigie::agent::sensor
