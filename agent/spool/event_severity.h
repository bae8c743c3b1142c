#pragma once

#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

// How much it matters that an event reaches the collector, and soon. The numbers stand in the spool's table.
enum class EventSeverity { kLow = 0, kMedium = 1, kHigh = 2, kCritical = 3, kLedger = 4 };

// kCritical: a canary customer was seen, or customers leave by a channel and the verdict was to stop them (whether or
// not that was in time). kHigh: customers leave by a channel, or something was stopped, or its user warned. kMedium:
// customers, other classes on their way out, content on its way out that could not be read, and gaps of the sensors.
// kLow: all else. kLedger: gaps of the spool itself, which say what became of the others; they do not hurry, and go
// last. A shadow verdict stops nothing. Pure.
EventSeverity SeverityOf(const v1::Event& event);

}  // namespace vigie::agent::spool
