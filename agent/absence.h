#pragma once

#include "agent/spool/event_spool.h"
#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent {

// The life that begins.
struct NewLife {
  base::SystemTime booted_at{};     // the machine
  base::SystemTime watches_from{};  // the sensors of this life
};

// The stretch between two lives of the agent, in which nobody watched. A clock that was set back makes it as short as
// nothing, but does not hide it.
v1::Gap AbsenceGap(const spool::Absence& absence, const NewLife& life);

}  // namespace vigie::agent
