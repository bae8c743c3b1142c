#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/agent_config.pb.h"

namespace vigie::agent {

// text → message → defaults → checked. Errors name file, line or key, and what to do.
base::Result<v1::AgentConfig> ReadConfig(std::string_view yaml, const std::string& file_name,
                                         bool insecure_loopback = false);
base::Result<v1::AgentConfig> LoadConfig(platform::FileSystem& files, const std::string& path, bool insecure_loopback);

// "127.0.0.1:7000", "[::1]:7000" or "localhost:7000": addresses that never leave this machine.
bool IsLoopback(std::string_view address);

}  // namespace vigie::agent
