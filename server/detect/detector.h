#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "server/change_witness.h"
#include "server/detect/raised_incidents.h"
#include "server/detection.h"
#include "server/near_thresholds.h"

namespace vigie::server::detect {

// Thresholds over the accepted events, and the incidents they raise: one for each rule and subject while it is open.
// The store is the truth and this is a cache of it: after a start, or a transaction that failed, windows are counted
// again from the stored events (silently) and open incidents read back, so counts are exact whenever the process dies.
//
// After an incident was closed the next one for its subject waits until its threshold is armed again (disarming.h). The
// window still holds events that the closed incident counted, and the new one counts them too.
//
// Without a policy only canaries raise incidents.
//
// Not thread-safe: all of it runs inside WriteLane, Start before the lane is used.
class Detector final : public Detection {
 public:
  // All outlive it. `near`, if given, is told what the thresholds measure; `witness` what incidents become.
  Detector(Store& store, const base::Clock& clock, std::vector<DetectionListener*> listeners,
           NearThresholds* near = nullptr, ChangeWitness* witness = nullptr);
  ~Detector() override;

  // Counts the stored events under `policy`; none = only canaries are detected until one is put in force.
  base::Result<void> Start(std::shared_ptr<const policy::CompiledPolicy> policy);

  base::Result<void> Prepare() override;
  base::Result<void> Observe(const v1::Event& event, StoreTransaction& transaction) override;
  base::Result<v1::Incident> Close(const std::string& id, const std::string& reason,
                                   StoreTransaction& transaction) override;
  base::Result<v1::Incident> Assign(const std::string& id, const std::string& assignee,
                                    StoreTransaction& transaction) override;
  base::Result<v1::Incident> Reopen(const std::string& id, StoreTransaction& transaction) override;
  base::Result<v1::Incident> Block(const std::string& id, v1::IncidentBlock block,
                                   StoreTransaction& transaction) override;
  base::Result<v1::Incident> Lift(const std::string& id, const v1::IncidentBlock& lifted,
                                  StoreTransaction& transaction) override;
  base::Result<void> ReplacePolicy(std::shared_ptr<const policy::CompiledPolicy> policy) override;
  base::Result<void> Finish(StoreTransaction& transaction) override;
  void Committed() override;
  void RolledBack() override;

 private:
  using Policy = std::shared_ptr<const policy::CompiledPolicy>;

  base::Result<void> Rebuild();
  base::Result<threshold::ThresholdEngine> CountAgain(const Policy& policy);
  // What disarms may have been read back: it is told what came for its subjects.
  void TouchSubject(const threshold::Observation& observation, const v1::Event& event);
  bool IsWatched() const;
  base::Result<void> Save(OpenIncident& incident, StoreTransaction& transaction);
  // The open incident of this id, or why there is none.
  base::Result<OpenIncident*> FindOpen(const std::string& id, StoreTransaction& transaction);
  // By the policy in force, at this moment.
  std::vector<BlockOrder> BlocksOfThese(const std::vector<const v1::Incident*>& open) const;
  void TellBlocks();

  Store& store_;
  const base::Clock& clock_;
  const std::vector<DetectionListener*> listeners_;
  NearThresholds* const near_;
  ChangeWitness* const witness_;

  Policy policy_;                   // in force
  RaisedIncidents raised_;          // by policy_, or by one that has nothing but the canary's rule
  std::vector<BlockOrder> blocks_;  // as told last

  // Of the transaction that runs.
  bool touched_ = false;  // the state above is ahead of the store
  std::optional<Policy> next_policy_;
  std::vector<v1::Incident> news_;
  std::vector<std::shared_ptr<const v1::Event>> observed_;  // if a listener wants them

  bool broken_ = false;  // could not be rebuilt; Prepare tries again
};

}  // namespace vigie::server::detect
