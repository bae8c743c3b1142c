#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/bpf/guard_loader.h"
#include "platform/linux/bpf/kernel_programs.h"
#include "platform/write_guard.h"

namespace vigie::platform {

// The write guard by BPF LSM, beside the programs that know who is a carrier: a carrier's child is one before it runs.
// Of a file system whose stat(2) tells another device than its super block has (btrfs) nothing is refused.
class BpfWriteGuard final : public WriteGuard {
 public:
  static std::optional<base::Error> WhyNot(const KernelPrograms& programs);
  static std::optional<base::Error> WhyNot(const LoadedGuard& guard);

  // `guard` must have no WhyNot.
  BpfWriteGuard(std::shared_ptr<KernelPrograms> programs, LoadedGuard guard)
      : programs_(std::move(programs)), guard_(std::move(guard)) {}
  ~BpfWriteGuard() override { Stop(); }

  base::Result<void> Start(WriteHandler& handler) override;
  void Stop() override;
  base::Result<void> SetPlaces(const std::vector<std::uint64_t>& devices) override;
  base::Result<void> Refuse(ProcessId process, PlaceSet places) override;
  SensorCounts counts() const override { return programs_->stream().write_counts(); }
  std::vector<std::string> degradations() const override;

 private:
  const std::shared_ptr<KernelPrograms> programs_;
  const LoadedGuard guard_;
  std::mutex mutex_;  // guards what is below
  std::map<std::uint32_t, PlaceSet> places_;
};

}  // namespace vigie::platform
