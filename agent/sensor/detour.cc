#include "agent/sensor/detour.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace vigie::agent::sensor {
namespace {

using Arguments = std::vector<std::string_view>;
using enum DestinationForm;

// Options by which data may go to another place than the one that is named.
constexpr std::string_view kDetours[] = {"-x",
                                         "--proxy",
                                         "-K",
                                         "--config",
                                         "--resolve",
                                         "--connect-to",
                                         "--preproxy",
                                         "--socks5",
                                         "--socks5-hostname",
                                         "--socks4",
                                         "--socks4a",
                                         "--unix-socket",
                                         "--abstract-unix-socket",
                                         "--interface",
                                         "--dns-servers",
                                         "--doh-url",
                                         "-F",
                                         "-J",
                                         "-W",
                                         "-S",
                                         "-e",
                                         "--rsh",
                                         "-X",
                                         "--execute"};

// "-o ProxyCommand=…", "-o HostName=…": ssh_config(5) may send everything elsewhere.
bool IsSshDetour(std::string_view value) {
  constexpr std::array<std::string_view, 4> kKeys = {"hostname", "proxy", "control", "include"};
  return std::ranges::any_of(kKeys, [&](std::string_view key) { return StartsWithAnyCase(value, key); });
}

}  // namespace

bool StartsWithAnyCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, unsigned char b) { return a == static_cast<char>(std::tolower(b)); });
}

bool MayLeadElsewhere(DestinationForm form, const Arguments& arguments) {
  const bool shell = form == kCopy || form == kShell;
  if (form != kWeb && form != kUrl && !shell) return false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::string_view next = i + 1 < arguments.size() ? arguments[i + 1] : std::string_view();
    if (shell && argument.starts_with("-o") && IsSshDetour(argument.size() > 2 ? argument.substr(2) : next))
      return true;
    const bool plain_ssh =
        shell && (argument == "-e" || argument == "--rsh") && (next == "ssh" || next.ends_with("/ssh"));
    const bool form_field = form == kWeb && (argument == "-F" || argument == "-X");  // curl's are harmless
    const bool referer = form == kWeb && argument == "-e";
    const std::string_view name = argument.substr(0, argument.find('='));
    if (std::ranges::find(kDetours, name) != std::end(kDetours) && !plain_ssh && !form_field && !referer) return true;
  }
  return false;
}

}  // namespace vigie::agent::sensor
