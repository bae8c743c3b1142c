#pragma once

#include <optional>
#include <string>

#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::agent::enroll {

// Who this agent is: agent.id, agent.crt and agent.key (mode 0600, made here, never leaves the host) in the state
// directory.
struct Identity {
  std::string agent_id;
  std::string certificate_pem;
  std::string key_pem;
};

// Nothing if this host was never enrolled. Incomplete files, and a certificate of another agent, are errors.
base::Result<std::optional<Identity>> LoadIdentity(platform::FileSystem& files, const std::string& state_directory);

// On the disk when it returns; the id comes last, so that a half-written identity counts as none.
base::Result<void> StoreIdentity(platform::FileSystem& files, const std::string& state_directory,
                                 const Identity& identity);

// An agent id made from a host name, for the insecure loopback mode: lower case letters, digits and '-', 1 to 64 of
// them.
std::string AgentIdOfHost(const std::string& host);

}  // namespace vigie::agent::enroll
