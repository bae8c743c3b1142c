#include "server/api/caller_address.h"

#include <algorithm>
#include <vector>

#include "core/credentials/certificates.h"
#include "server/relayed_caller.h"

namespace vigie::server::api {
namespace {

std::string_view Told(const grpc::ServerContextBase& context, std::string_view key) {
  const auto told = context.client_metadata().find({key.data(), key.size()});
  if (told == context.client_metadata().end()) return {};
  return {told->second.data(), told->second.size()};
}

// Empty if it was not told, or by somebody who could tell anything.
std::string Relayed(const grpc::ServerContextBase& context, std::string_view key) {
  const std::string_view secret = Told(context, kRelaySecretKey);
  if (secret.empty() || credentials::TokenHash(secret) != credentials::TokenHash(RelaySecret())) return "";
  return std::string(Told(context, key));
}

using Groups = std::vector<std::string_view>;

constexpr std::string_view kV6 = "ipv6:";
constexpr std::size_t kGroups = 8;
constexpr std::size_t kGroupsOfNetwork = 4;

Groups Split(std::string_view text) {
  Groups groups;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0) groups.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

// "::" filled up.
Groups GroupsOf(std::string_view address) {
  const std::size_t gap = address.find("::");
  Groups groups = Split(address.substr(0, gap));
  if (gap == std::string_view::npos) return groups;
  const Groups behind = Split(address.substr(gap));
  while (groups.size() + behind.size() < kGroups) groups.emplace_back("0");
  groups.insert(groups.end(), behind.begin(), behind.end());
  return groups;
}

// Brackets are written as they are, or as a URI has them.
std::string_view WithoutBrackets(std::string_view address) {
  for (const std::string_view open : {"[", "%5B"}) {
    if (address.starts_with(open)) address.remove_prefix(open.size());
  }
  return address.substr(0, std::min(address.find(']'), address.find('%')));
}

}  // namespace

std::string NetworkOf(std::string_view peer) {
  const std::string_view address = peer.substr(0, peer.rfind(':'));
  if (!address.starts_with(kV6)) return std::string(address);
  const Groups groups = GroupsOf(WithoutBrackets(address.substr(kV6.size())));
  const auto is_zero = [](std::string_view group) { return group == "0"; };
  // Loopback, and addresses of IPv4 in other words: those have no network in common.
  if (groups.size() != kGroups || std::all_of(groups.begin(), groups.begin() + kGroupsOfNetwork, is_zero))
    return std::string(address);
  std::string network(kV6);
  for (std::size_t i = 0; i < kGroupsOfNetwork; ++i) network.append(groups[i]).append(":");
  return network + ":/64";
}

std::string CallerAddress(const grpc::ServerContextBase& context) {
  std::string told = Relayed(context, kRelayedCallerKey);
  return told.empty() ? context.peer() : told;
}

std::string RelayedTokenHash(const grpc::ServerContextBase& context) {
  return Relayed(context, kRelayedTokenHashKey);
}

}  // namespace vigie::server::api
