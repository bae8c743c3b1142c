#pragma once

#include <optional>
#include <string>

#include "core/credentials/certificates.h"
#include "platform/file_system.h"
#include "server/state_files.h"

namespace vigie::server {

// The directory is there, and 64 MiB of its disk are free.
base::Result<void> PrepareState(const StateFiles& state, platform::FileSystem& files);

// Without a key there is no authority: agents that are enrolled work on, new ones are refused.
base::Result<std::optional<credentials::KeyAndCertificate>> LoadAuthority(const StateFiles& state,
                                                                          platform::FileSystem& files);

// What the file holds, which is made (mode 0600) if it is not there: a random text that nobody else knows. kDataLoss
// for a file that is no such text.
base::Result<std::string> OpenSecretKey(const std::string& path, platform::FileSystem& files);

}  // namespace vigie::server
