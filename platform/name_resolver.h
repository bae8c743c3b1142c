#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/network_guard.h"

namespace vigie::platform {

// The addresses of host names. Thread-safe.
class NameResolver {
 public:
  virtual ~NameResolver() = default;

  // By the system's resolver; may block for as long as that waits for its servers. kNotFound if there is no such name,
  // kUnavailable if nobody could be asked.
  virtual base::Result<std::vector<IpAddress>> Resolve(const std::string& name) = 0;
};

}  // namespace vigie::platform
