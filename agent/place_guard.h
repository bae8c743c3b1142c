#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/lineage/taint_table.h"
#include "agent/policy/policy_stage.h"
#include "agent/sensor/activity_classifier.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/removable_media.h"
#include "platform/write_guard.h"

namespace vigie::agent {

// Where carriers may not write, as the kernel is told: the outgoing places that are mounted (media and shares; a cloud
// folder lies on a disk of ours), and for each carrier those to which the policy would not let it copy what it carries.
// Thread-safe, does not block.
class PlaceGuard {
 public:
  struct Parts {
    platform::WriteGuard* writes;  // null: this machine has none; then nothing is refused here
    const policy::PolicyStage& policy;
    const sensor::ActivityClassifier& classifier;
    const base::Clock& clock;
  };

  explicit PlaceGuard(Parts parts) : parts_(parts) {}

  // True if there is a place now of which carriers must be judged. `device` 0 is not known, and cannot be guarded.
  bool Attach(const platform::Medium& medium, std::uint64_t device);
  void Detach(const std::string& mount_point);
  // The medium on this device.
  std::optional<platform::Medium> On(std::uint64_t device) const;

  // Where the policy does not let the process copy what it carries.
  platform::PlaceSet RefusedTo(const platform::ProcessDescription& process, const lineage::Taint& taint) const;
  // False: the operating system would not.
  bool Refuse(platform::ProcessId process, platform::PlaceSet places);

  // Places of which the operating system was not told, since the start: too many, or of no known device.
  std::uint64_t unguarded() const { return unguarded_; }
  // Carriers that it did not take.
  std::uint64_t failures() const { return failures_; }

 private:
  struct Place {
    platform::Medium medium;
    std::uint64_t device = 0;
  };
  using Places = std::array<std::optional<Place>, platform::kMaxPlaces>;

  bool Put(const platform::Medium& medium, std::uint64_t device);
  base::Result<void> Tell(const Places& places);

  const Parts parts_;
  base::Guarded<Places> places_;
  std::atomic<std::uint64_t> unguarded_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
};

}  // namespace vigie::agent
