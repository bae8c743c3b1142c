#pragma once

#include <memory>

#include "platform/file_system.h"
#include "platform/host_info.h"
#include "platform/name_resolver.h"
#include "platform/network_guard.h"
#include "platform/process_events.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"
#include "platform/service_host.h"
#include "platform/thread_priority.h"
#include "platform/worker_process.h"
#include "platform/write_guard.h"

// The Linux bodies of the seams. File events have a factory of their own (platform/linux/file_events.h); the sandbox
// and the worker's side of its socket are functions of their seam headers.
namespace vigie::platform {

std::unique_ptr<FileSystem> MakeFileSystem();
std::unique_ptr<ProcessInfo> MakeProcessInfo();
std::unique_ptr<NameResolver> MakeNameResolver();
std::unique_ptr<RemovableMedia> MakeRemovableMedia(RemovableOptions options);
std::unique_ptr<HostInfo> MakeHostInfo();
// Blocks SIGTERM and SIGINT for this thread and every one it starts later: make it before the first thread.
std::unique_ptr<ServiceHost> MakeServiceHost();
// From now on, and for what this process starts: who writes to a connection or pipe that the other end has closed gets
// an error, not a signal that ends the process.
void IgnoreBrokenPipes();
// Of what it starts.
std::unique_ptr<WorkerLauncher> MakeWorkerLauncher(ThreadPriority priority = ThreadPriority::kNormal);

// The BPF programs that process events and the network guard share (library vigie_linux_bpf). Loading tries each one
// and never fails as a whole: what could not be loaded shows in the degradations of those who need it. Needs CAP_BPF,
// CAP_PERFMON and CAP_NET_ADMIN.
class KernelPrograms;
std::shared_ptr<KernelPrograms> LoadKernelPrograms();
// By BPF; if that is not to be had by the proc connector, which needs CAP_NET_ADMIN before Linux 6.6.
std::unique_ptr<ProcessEvents> MakeProcessEvents(const std::shared_ptr<KernelPrograms>& programs);
// Without BPF its Start answers kUnsupported with the reason.
std::unique_ptr<NetworkGuard> MakeNetworkGuard(const std::shared_ptr<KernelPrograms>& programs);
// Loads a second object, which needs BPF LSM. Without it its Start answers kUnsupported with the reason.
std::unique_ptr<WriteGuard> MakeWriteGuard(const std::shared_ptr<KernelPrograms>& programs);

}  // namespace vigie::platform
