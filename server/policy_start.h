#pragma once

#include <string>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "server/api/policy_book.h"
#include "server/store.h"

namespace vigie::server {

// What the rings run at the start: what the store kept, or, in all of them, `file` (may be empty) if its version is
// greater than every kept one; that is kept then, and audited as the collector's own doing. A file that is bad or
// cannot be read is an error only if nothing is kept; otherwise it is logged. What is kept and cannot be read is an
// error if it is in force for all; else it is logged, and the agents of its rings keep what they have.
base::Result<api::PolicyState> ChoosePolicy(const std::string& file, platform::FileSystem& files, Store& store,
                                            const base::Clock& clock);

// Says so in the log if what is in force counts over a longer time than its events are kept. Not fatal: a collector
// that does not start watches nobody.
void WarnOfWindows(const api::PolicyState& state, const RetentionPlan& plan);

// Tells the sessions which agents are in which ring.
base::Result<void> PutInRings(Store& store, api::AgentSessions& sessions);

}  // namespace vigie::server
