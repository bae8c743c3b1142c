#pragma once

#include <algorithm>
#include <cstdint>

#include "server/intake.h"

namespace vigie::server::api {

// How much one agent may have in flight: what it was given and has not used up yet, against a target that moves with
// the collector's load. A pure value; not thread-safe.
class CreditWindow {
 public:
  // What the agent gets when it is welcomed.
  AgentWindow Open(const AgentWindow& target) {
    given_ = target;
    return target;
  }

  // `used` was acknowledged. What the agent gets in return: more or less than that, until it has the target.
  AgentWindow Return(const AgentWindow& used, const AgentWindow& target) {
    given_.events -= std::min(given_.events, used.events);
    given_.bytes -= std::min(given_.bytes, used.bytes);
    const AgentWindow grant{target.events - std::min(given_.events, target.events),
                            target.bytes - std::min(given_.bytes, target.bytes)};
    given_.events += grant.events;
    given_.bytes += grant.bytes;
    return grant;
  }

 private:
  AgentWindow given_;
};

}  // namespace vigie::server::api
