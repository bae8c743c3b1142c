#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/process_events.h"

namespace vigie::platform {

// Processes that a test makes up. Emit… calls the handler on the test's thread; before Start and after Stop nobody
// hears it. Thread-safe.
class FakeProcessEvents final : public ProcessEvents {
 public:
  base::Result<void> Start(ProcessEventHandler& handler) override;
  void Stop() override;
  bool CatchUp(const ForkedFunction& /*forked*/) override { return true; }  // each event is told when it is emitted
  SensorCounts counts() const override;
  std::string source() const override { return "fake"; }
  std::vector<std::string> degradations() const override;

  void EmitForked(const ProcessForked& event);
  void EmitExecuted(ProcessExecuted event);  // without a time: now
  void EmitEnded(const ProcessEnded& event);
  void EmitGap(std::string reason);

  // Start fails with this, until nothing is set.
  void FailWith(std::optional<base::Error> error);
  void SetDegradations(std::vector<std::string> degradations);

 private:
  struct State {
    ProcessEventHandler* handler = nullptr;
    bool stopped = false;
    std::optional<base::Error> failure;
    std::vector<std::string> degradations;
    SensorCounts counts;
  };
  // The handler to call, once the event was counted; null if nobody is to hear of it.
  ProcessEventHandler* Count();

  mutable std::mutex mutex_;
  State state_;
};

}  // namespace vigie::platform
