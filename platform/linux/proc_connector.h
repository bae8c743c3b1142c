#pragma once

#include <memory>
#include <string>

#include "platform/network_guard.h"
#include "platform/process_events.h"

// What there is without BPF.
namespace vigie::platform {

// Process events by the kernel's proc connector (linux/cn_proc.h), which names pids only: the rest is read from /proc,
// if the process still lives. One that has ended before is counted as lost. `reason` says why BPF was not used. Needs
// CAP_NET_ADMIN before Linux 6.6, and the first process and network namespaces.
std::unique_ptr<ProcessEvents> MakeProcConnector(const std::string& reason);

// Every call that can fail answers `reason`.
std::unique_ptr<NetworkGuard> MakeMissingNetworkGuard(base::Error reason);

}  // namespace vigie::platform
