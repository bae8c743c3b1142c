#pragma once

#include <memory>
#include <optional>
#include <string>

#include "platform/linux/bpf/kernel_programs.h"
#include "platform/process_events.h"

namespace vigie::platform {

// Process events by tracepoints. Nothing is read from /proc, so that the shortest life is told in full.
class BpfProcessEvents final : public ProcessEvents {
 public:
  static std::optional<base::Error> WhyNot(const KernelPrograms& programs);

  explicit BpfProcessEvents(std::shared_ptr<KernelPrograms> programs) : programs_(std::move(programs)) {}
  ~BpfProcessEvents() override { Stop(); }

  base::Result<void> Start(ProcessEventHandler& handler) override { return programs_->stream().Listen(handler); }
  void Stop() override { programs_->stream().StopProcessEvents(); }
  SensorCounts counts() const override { return programs_->stream().process_counts(); }
  bool CatchUp(const ForkedFunction& forked) override { return programs_->stream().CatchUp(forked); }
  std::string source() const override { return "bpf"; }

 private:
  const std::shared_ptr<KernelPrograms> programs_;
};

}  // namespace vigie::platform
