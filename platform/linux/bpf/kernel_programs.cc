#include "platform/linux/bpf/kernel_programs.h"

#include <utility>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The kernel gives an inode number to another pipe some day.
constexpr auto kSweepInterval = std::chrono::minutes(1);

}  // namespace

KernelPrograms::KernelPrograms(LoadedPrograms loaded)
    : loaded_(std::move(loaded)), next_sweep_(base::Deadline::After(kSweepInterval)) {
  if (!loaded_.skeleton) return;
  maps_.emplace(*loaded_.skeleton);
  walks_.emplace(*loaded_.skeleton);
  stream_ = std::make_unique<KernelStream>(*loaded_.skeleton, [this] { KeepHouse(); });
}

std::optional<Error> KernelPrograms::WhyNot(const std::vector<std::string>& names) const {
  for (const auto& name : names) {
    const auto missing = loaded_.missing.find(name);
    if (missing == loaded_.missing.end()) continue;
    return Error{ErrorCode::kUnsupported, "BPF program " + name + ": " + missing->second};
  }
  if (!loaded_.skeleton) return Error{ErrorCode::kUnsupported, "no BPF program could be loaded"};
  return std::nullopt;
}

std::vector<std::string> KernelPrograms::LossesOf(const std::map<std::string, std::string>& loss_of_program) const {
  std::vector<std::string> losses;
  for (const auto& [program, loss] : loss_of_program) {
    const auto missing = loaded_.missing.find(program);
    if (missing != loaded_.missing.end()) losses.push_back(loss + " (" + missing->second + ")");
  }
  return losses;
}

Result<void> KernelPrograms::Watch(ProcessId process, CarrierMode mode, std::optional<std::uint64_t> output_pipe) {
  const std::lock_guard lock(mutex_);
  const auto known = maps_->CarrierModeOf(process);
  if (!known || *known < mode) {
    if (auto set = maps_->SetCarrier(process, mode); !set) return set;
    walks_->MarkSockets(process, mode);
  }
  if (!output_pipe) return {};
  if (auto added = AddPipe(*output_pipe, {.mode = mode}); !added) return added;
  walks_->FindPipeReaders();
  return {};
}

Result<void> KernelPrograms::RefuseWrites(ProcessId process, std::uint32_t places,
                                          std::optional<std::uint64_t> output_pipe) {
  const std::lock_guard lock(mutex_);
  if (auto set = maps_->SetPlaces(process, places); !set) return set;
  if (!output_pipe || places == 0) return {};
  if (auto added = AddPipe(*output_pipe, {.mode = {}, .places = places}); !added) return added;
  walks_->FindPipeReaders();
  return {};
}

void KernelPrograms::Release(ProcessId process) {
  const std::lock_guard lock(mutex_);
  maps_->RemoveCarrier(process);
  walks_->ReleaseSockets(process);
}

Result<void> KernelPrograms::WatchPipe(std::uint64_t inode, CarrierMode mode) {
  const std::lock_guard lock(mutex_);
  if (auto added = AddPipe(inode, {.mode = mode}); !added) return added;
  walks_->FindPipeReaders();
  return {};
}

Result<void> KernelPrograms::AddPipe(std::uint64_t inode, PipeWatch watch) {
  auto added = maps_->AddPipe(inode, watch);
  if (added || added.error().code != ErrorCode::kResourceExhausted) return added;
  SweepPipes();
  return maps_->AddPipe(inode, watch);
}

Result<void> KernelPrograms::AllowDestinations(const std::vector<AddressRange>& ranges) {
  const std::lock_guard lock(mutex_);
  return maps_->SetDestinations(ranges);
}

void KernelPrograms::SweepPipes() {
  next_sweep_ = base::Deadline::After(kSweepInterval);
  maps_->RemovePipesBefore(walks_->FindPipes());
}

void KernelPrograms::KeepHouse() {
  const std::lock_guard lock(mutex_);
  if (next_sweep_.expired() && maps_->HasPipes()) SweepPipes();
}

}  // namespace vigie::platform
