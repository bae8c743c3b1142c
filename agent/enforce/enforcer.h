#pragma once

#include "core/policy/compiled_policy.h"
#include "platform/file_events.h"

namespace vigie::agent::enforce {

// True if the decision is to stop the activity, and not only to say that it would have been stopped (shadow).
bool Stops(const vigie::policy::Decision& decision);

struct Outcome {
  bool denied = false;  // the opener got "operation not permitted"
  bool late = false;    // the deadline thread had answered with the fail mode
};

// Gives the opener its answer. `access` must not have been answered; its event stays readable.
Outcome Answer(platform::PendingAccess& access, platform::Answer answer);

}  // namespace vigie::agent::enforce
