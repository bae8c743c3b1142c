#pragma once

#include "platform/file_events.h"

namespace vigie::agent::lineage {

// The event, for keeping: neither the descriptor, which would keep a deleted file alive, nor a recording's turn.
platform::FileEvent WithoutContent(const platform::FileEvent& event);

}  // namespace vigie::agent::lineage
