#pragma once

#include <optional>
#include <string>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "server/api/policy_book.h"
#include "server/store.h"

namespace vigie::server {

// The policy to start with: the file's if its version is greater than the kept one's (it is kept then), else the kept
// one. A bad file is an error only if no good policy is kept; otherwise it is logged and the kept one stays in force.
// `file` may be empty.
base::Result<std::optional<api::PolicyInForce>> ChoosePolicy(const std::string& file, platform::FileSystem& files,
                                                             Store& store, const base::Clock& clock);

}  // namespace vigie::server
