#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "server/store.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::server {

// What the other stages ask of detection. Everything here runs inside WriteLane, which lets one caller in at a time:
// thresholds, incidents and store change together or not at all.
class Detection {
 public:
  virtual ~Detection() = default;

  // Called before the body of each transaction: makes good what an earlier failure left behind, or says that it cannot.
  virtual base::Result<void> Prepare() = 0;

  // Counts an event that `transaction` has just appended; opens or grows incidents in the same transaction.
  virtual base::Result<void> Observe(const v1::Event& event, StoreTransaction& transaction) = 0;

  // kNotFound; kFailedPrecondition if it is closed already.
  virtual base::Result<v1::Incident> Close(const std::string& id, const std::string& reason,
                                           StoreTransaction& transaction) = 0;
  virtual base::Result<v1::Incident> Assign(const std::string& id, const std::string& assignee,
                                            StoreTransaction& transaction) = 0;

  // A closed one is open again with what it counted; its rule is armed as if it had never been closed. kNotFound;
  // kFailedPrecondition if it is not closed, or another one goes on for its rule and subject.
  virtual base::Result<v1::Incident> Reopen(const std::string& id, StoreTransaction& transaction) = 0;

  // What somebody orders because of an incident that is open or suppressed; its number is given here. / Takes away what
  // is blocked because of it, and by its threshold; `lifted` says by whom, when and why. kNotFound; kFailedPrecondition
  // if it is closed, / if nothing is blocked.
  virtual base::Result<v1::Incident> Block(const std::string& id, v1::IncidentBlock block,
                                           StoreTransaction& transaction) = 0;
  virtual base::Result<v1::Incident> Lift(const std::string& id, const v1::IncidentBlock& lifted,
                                          StoreTransaction& transaction) = 0;

  // From now on `policy`'s thresholds count, over what is stored already; they raise nothing until the next event.
  virtual base::Result<void> ReplacePolicy(std::shared_ptr<const policy::CompiledPolicy> policy) = 0;

  // Called after the body: writes into `transaction` what the body did to incidents.
  virtual base::Result<void> Finish(StoreTransaction& transaction) = 0;
  // The transaction is on the disk: tells the listeners. / It is not: forgets what it did.
  virtual void Committed() = 0;
  virtual void RolledBack() = 0;
};

// Channels that agents must refuse, and where.
struct BlockOrder {
  std::string host;  // empty = every host
  v1::ChannelBlock block;

  bool AppliesTo(const std::string& other_host) const { return host.empty() || host == other_host; }
};

// Hears of what was committed, in the order of the commits, on the thread that committed it: it must not block, nor
// come back into the lane.
class DetectionListener {
 public:
  virtual ~DetectionListener() = default;
  // As it is now; without records and event ids.
  virtual void OnIncident(const v1::Incident&) {}
  // Whether OnEvents is to be called for what is observed from now on.
  virtual bool WantsEvents() const { return false; }
  // Of one transaction, in the order in which they were stored.
  virtual void OnEvents(const std::vector<std::shared_ptr<const v1::Event>>&) {}
  // The whole list in force.
  virtual void OnBlocks(const std::vector<BlockOrder>&) {}
};

}  // namespace vigie::server
