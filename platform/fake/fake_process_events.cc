#include "platform/fake/fake_process_events.h"

#include <chrono>
#include <utility>

namespace vigie::platform {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> FakeProcessEvents::Start(ProcessEventHandler& handler) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  if (state_.handler != nullptr || state_.stopped) {
    return Error{ErrorCode::kFailedPrecondition, "process events: started already"};
  }
  state_.handler = &handler;
  return {};
}

void FakeProcessEvents::Stop() {
  const std::lock_guard lock(mutex_);
  state_.handler = nullptr;
  state_.stopped = true;
}

SensorCounts FakeProcessEvents::counts() const {
  const std::lock_guard lock(mutex_);
  return state_.counts;
}

std::vector<std::string> FakeProcessEvents::degradations() const {
  const std::lock_guard lock(mutex_);
  return state_.degradations;
}

ProcessEventHandler* FakeProcessEvents::Count() {
  const std::lock_guard lock(mutex_);
  if (state_.handler == nullptr) return nullptr;
  ++state_.counts.produced;
  ++state_.counts.delivered;
  return state_.handler;
}

void FakeProcessEvents::EmitForked(const ProcessForked& event) {
  if (auto* const handler = Count()) handler->OnForked(event);
}

void FakeProcessEvents::EmitExecuted(ProcessExecuted event) {
  if (event.at == base::SystemTime()) event.at = std::chrono::system_clock::now();
  if (auto* const handler = Count()) handler->OnExecuted(std::move(event));
}

void FakeProcessEvents::EmitEnded(const ProcessEnded& event) {
  if (auto* const handler = Count()) handler->OnEnded(event);
}

void FakeProcessEvents::EmitGap(std::string reason) {
  ProcessEventHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    handler = state_.handler;
    if (handler == nullptr) return;
    ++state_.counts.produced;
    ++state_.counts.lost;
  }
  handler->OnProcessGap({std::move(reason), std::chrono::system_clock::now()});
}

void FakeProcessEvents::FailWith(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  state_.failure = std::move(error);
}

void FakeProcessEvents::SetDegradations(std::vector<std::string> degradations) {
  const std::lock_guard lock(mutex_);
  state_.degradations = std::move(degradations);
}

}  // namespace vigie::platform
