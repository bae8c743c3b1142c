#include "server/listen_address.h"

#include <charconv>
#include <regex>

namespace vigie::server {
namespace {

bool ReadPort(const std::string& text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool ListenAddress::is_loopback() const {
  static const std::regex v4(R"(127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})");
  return host == "localhost" || host == "::1" || std::regex_match(host, v4);
}

std::string ListenAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<ListenAddress> ParseListenAddress(const std::string& text) {
  static const std::regex bracketed(R"(\[([0-9A-Fa-f:.]{2,45})\]:(\d{1,5}))");
  static const std::regex plain(R"(([A-Za-z0-9.-]{1,253}):(\d{1,5}))");
  std::smatch parts;
  ListenAddress address;
  if ((!std::regex_match(text, parts, bracketed) && !std::regex_match(text, parts, plain)) ||
      !ReadPort(parts[2].str(), address.port)) {
    return base::Error{base::ErrorCode::kInvalidArgument, "must be ADDRESS:PORT, like 127.0.0.1:7443 or [::1]:0"};
  }
  address.host = parts[1].str();
  return address;
}

}  // namespace vigie::server
