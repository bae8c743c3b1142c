#include "platform/fake/fake_write_guard.h"

#include <chrono>
#include <utility>

namespace vigie::platform {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> FakeWriteGuard::Start(WriteHandler& handler) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  if (state_.handler != nullptr || state_.stopped) {
    return Error{ErrorCode::kFailedPrecondition, "write guard: started already"};
  }
  state_.handler = &handler;
  return {};
}

void FakeWriteGuard::Stop() {
  const std::lock_guard lock(mutex_);
  state_.handler = nullptr;
  state_.stopped = true;
}

Result<void> FakeWriteGuard::SetPlaces(const std::vector<std::uint64_t>& devices) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  if (devices.size() > kMaxPlaces) return Error{ErrorCode::kResourceExhausted, "too many outgoing places"};
  state_.devices = devices;
  return {};
}

Result<void> FakeWriteGuard::Refuse(ProcessId process, PlaceSet places) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  state_.refused[process] = places;
  return {};
}

SensorCounts FakeWriteGuard::counts() const {
  const std::lock_guard lock(mutex_);
  return state_.counts;
}

std::vector<std::string> FakeWriteGuard::degradations() const {
  const std::lock_guard lock(mutex_);
  return state_.degradations;
}

void FakeWriteGuard::Fork(ProcessId parent, ProcessId child) {
  const std::lock_guard lock(mutex_);
  const auto carrier = state_.refused.find(parent);
  if (carrier != state_.refused.end()) state_.refused[child] = carrier->second;
}

bool FakeWriteGuard::MayWrite(const RefusedWrite& wanted) const {
  const auto carrier = state_.refused.find(wanted.process);
  if (carrier == state_.refused.end() || wanted.device == 0) return true;
  for (std::size_t i = 0; i < state_.devices.size(); ++i) {
    const bool refused = (carrier->second >> i & 1) != 0;
    if (refused && state_.devices[i] == wanted.device) return false;
  }
  return true;
}

bool FakeWriteGuard::Write(const RefusedWrite& wanted) {
  WriteHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (MayWrite(wanted)) return true;
    handler = state_.handler;
    if (handler == nullptr) return false;
    ++state_.counts.produced;
    ++state_.counts.delivered;
  }
  handler->OnRefusedWrite(wanted);
  return false;
}

void FakeWriteGuard::EmitGap(std::string reason) {
  WriteHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    handler = state_.handler;
    if (handler == nullptr) return;
    ++state_.counts.produced;
    ++state_.counts.lost;
  }
  handler->OnWriteGap({std::move(reason), std::chrono::system_clock::now()});
}

PlaceSet FakeWriteGuard::RefusedTo(ProcessId process) const {
  const std::lock_guard lock(mutex_);
  const auto carrier = state_.refused.find(process);
  return carrier == state_.refused.end() ? 0 : carrier->second;
}

std::vector<std::uint64_t> FakeWriteGuard::places() const {
  const std::lock_guard lock(mutex_);
  return state_.devices;
}

void FakeWriteGuard::FailWith(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  state_.failure = std::move(error);
}

void FakeWriteGuard::SetDegradations(std::vector<std::string> degradations) {
  const std::lock_guard lock(mutex_);
  state_.degradations = std::move(degradations);
}

}  // namespace vigie::platform
