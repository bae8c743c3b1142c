#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::platform {

// Names of users, remembered for a minute: the system's look-up may ask a server. Thread-safe; two threads may look the
// same user up at once.
class UserNames {
 public:
  // "uid:1234" if there is no such user, or if the look-up fails.
  std::string NameOf(std::uint32_t uid);

 private:
  struct Known {
    std::string name;
    base::SteadyTime at;
  };
  base::Guarded<std::map<std::uint32_t, Known>> known_;  // at most kMaxKnown
};

}  // namespace vigie::platform
