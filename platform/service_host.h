#pragma once

#include <cstdint>
#include <stop_token>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::platform {

// Our place under the operating system's service manager (systemd: sd_notify(3), watchdog; none: signals only).
class ServiceHost {
 public:
  virtual ~ServiceHost() = default;

  // Requested when the service manager or the user asks us to stop (SIGTERM, SIGINT). Construct the host before any
  // thread.
  virtual std::stop_token stop_token() const = 0;
  // Waits for that request.
  virtual void AwaitStop() = 0;

  virtual void Ready(std::string_view status) = 0;
  virtual void Stopping() = 0;
  // "I am alive"; to be called by the main loop at least every half watchdog period. Nothing without a watchdog.
  virtual void Alive() = 0;

  // Asks for as many descriptors as `wanted`, or as are allowed; how many this process may have now.
  virtual std::uint64_t AllowDescriptors(std::uint64_t wanted) = 0;
};

}  // namespace vigie::platform
