#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/glob.h"
#include "platform/base/result.h"
#include "platform/network_guard.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// The rule that decided, in events about an allowed destination. No rule of a policy may have this id.
inline constexpr char kAllowedDestinationRule[] = "allowed_destination";

// Where data may go: a policy's `allowed_destinations`. Immutable, thread-safe, pure.
//   10.0.0.0/8  2001:db8::/32              a network
//   192.0.2.7  192.0.2.7:443  2001:db8::1  [2001:db8::1]:443   an address
//   files.example.com  files.example.com:443                   a host by name; case does not matter
//   *.example.com                                              the hosts below, not example.com itself
//   loopback  loopback:8080                                    127.0.0.0/8, ::1, localhost and the names below it
// Without a port every port. Names are those that the program was given: they are not resolved here.
class AllowedDestinations {
 public:
  // Says what an entry must be; nothing of what it is.
  static base::Result<AllowedDestinations> Parse(const google::protobuf::RepeatedPtrField<std::string>& entries);
  // One entry.
  base::Result<void> Add(std::string_view entry);

  // Places on this machine (kinds medium, folder, printer) never are; a destination without an address is one of which
  // it is not known where it really is.
  bool Holds(const v1::Destination& destination) const;

  // The part that a kernel can decide. Names are not among it.
  const std::vector<platform::AddressRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty() && hosts_.empty(); }

 private:
  struct Host {
    Glob name;
    std::uint16_t port = 0;
  };

  void AddHost(std::string_view name, std::uint16_t port);
  bool HoldsHost(std::string_view host, std::uint32_t port) const;

  std::vector<platform::AddressRange> ranges_;
  std::vector<Host> hosts_;
};

}  // namespace vigie::policy
