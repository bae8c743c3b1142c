#include "platform/name_resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

IpAddress Mapped(const in_addr& address) {
  IpAddress mapped{};
  mapped[10] = mapped[11] = 0xff;  // RFC 4291, 2.5.5.2
  std::memcpy(mapped.data() + 12, &address, sizeof(address));
  return mapped;
}

void Add(const addrinfo& entry, std::vector<IpAddress>& addresses) {
  IpAddress address{};
  if (entry.ai_family == AF_INET) {
    sockaddr_in found{};
    std::memcpy(&found, entry.ai_addr, sizeof(found));
    address = Mapped(found.sin_addr);
  } else if (entry.ai_family == AF_INET6) {
    sockaddr_in6 found{};
    std::memcpy(&found, entry.ai_addr, sizeof(found));
    std::memcpy(address.data(), &found.sin6_addr, address.size());
  } else {
    return;
  }
  if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
}

class SystemResolver final : public NameResolver {
 public:
  Result<std::vector<IpAddress>> Resolve(const std::string& name) override {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
    const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
    if (failure == EAI_NONAME) return Error{ErrorCode::kNotFound, "no host is called " + name};
    if (failure != 0) return Error{ErrorCode::kUnavailable, name + ": " + ::gai_strerror(failure)};
    std::vector<IpAddress> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) Add(*entry, addresses);
    return addresses;
  }
};

}  // namespace

std::unique_ptr<NameResolver> MakeNameResolver() {
  return std::make_unique<SystemResolver>();
}

}  // namespace vigie::platform
