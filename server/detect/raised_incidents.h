#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/threshold/threshold_engine.h"
#include "platform/base/clock.h"
#include "server/detect/disarming.h"
#include "server/detect/incident_folding.h"
#include "server/detect/open_incidents.h"

namespace vigie::server::detect {

// One policy's thresholds over a stream of events, and the incidents that are open because of them: one for each rule
// and subject. Live detection and backtests are both this, over another keeper. Not thread-safe.
//
// An incident that opens while a suppression of the policy covers it is suppressed: it grows and counts like an open
// one, but is no alarm. It ends with the first event of its subject after the suppression has, or was taken out of the
// policy; if that event finds the measure over, with what the window still holds, it opens an incident of its own.
// After an incident was closed by somebody, the next one opens only when its threshold is armed again (disarming.h).
class RaisedIncidents {
 public:
  using Subject = IncidentSubject;

  // Where events and incidents are kept, and what time it is there.
  class Keeper {
   public:
    virtual ~Keeper() = default;
    virtual base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) = 0;
    virtual base::Result<std::string> NextIncidentId() = 0;
    // It has just opened; whoever saves it takes its new_events.
    virtual base::Result<void> Opened(OpenIncident& incident) = 0;
    virtual base::SystemTime Now() const = 0;
    // Whether incidents that grow tell which events they grew by.
    virtual bool KeepsEventIds() const { return true; }
    // Whether it matters what a threshold measures while it is not over. If not, nobody may close an incident:
    // `latest_measured` may be too high.
    virtual bool NeedsMeasures() const { return true; }
    // What a threshold measured with the event; after what it did to incidents.
    virtual void Measured(const threshold::Observation&, const v1::Event&, bool /*has_incident*/) {}
  };

  // Counts by `policy` from now on; `engine` does, and has seen what is stored. Neither = nothing is counted.
  void CountWith(std::shared_ptr<const policy::CompiledPolicy> policy,
                 std::optional<threshold::ThresholdEngine> engine);
  // What was open or suppressed before, and what was closed and disarms its threshold still.
  void GoOnWith(std::map<Subject, OpenIncident> open, const std::vector<v1::Incident>& disarming, base::SystemTime now);

  // Something came for the subject then: of stored events, which are counted again without being observed here.
  void Touch(const Subject& subject, base::SystemTime at) { disarming_.Touch(subject, at); }

  // Counts the event; opens, grows or ends incidents. `judged` stands for its verdict, if given.
  base::Result<void> Observe(const v1::Event& event, Keeper& keeper, std::optional<v1::Verdict> judged = {});

  bool counts() const { return engine_.has_value(); }
  // Or suppressed.
  const std::map<Subject, OpenIncident>& open() const { return open_.all(); }
  OpenIncident* FindById(const std::string& id) { return open_.FindById(id); }
  // Somebody closes it: its threshold is disarmed. It must be open or suppressed. As it is to be kept.
  v1::Incident Close(const OpenIncident& incident, const std::string& reason, base::SystemTime now);

  // Somebody opens a closed one again; nothing goes on for its rule and subject. As it is to be kept.
  v1::Incident Reopen(OpenIncident incident, base::SystemTime now);

  // Of closed ones, what no longer disarms anything.
  void ForgetIdle(base::SystemTime now);

  // Since Settle was called: those that opened or grew or were marked; those that are closed; and those closed before
  // whose memory has changed, to be saved in this order.
  const std::vector<OpenIncident*>& changed() const { return changed_; }
  std::vector<OpenIncident>& closed() { return closed_; }
  std::vector<Disarming::Remembered> Remembered() const { return disarming_.Changed(); }
  void MarkChanged(OpenIncident& incident);
  void Settle();

 private:
  // Whether an incident of it goes on.
  base::Result<bool> Fold(threshold::Observation& observation, const v1::Event& event, Keeper& keeper);
  bool IsArmed(const threshold::Observation& observation, base::SystemTime now);
  base::Result<void> Open(threshold::Observation& observation, const v1::Event& event, Keeper& keeper);
  const policy::Suppressions::Suppression* SuppressionOf(const std::string& rule, const v1::Event& event,
                                                         base::SystemTime now) const;
  void AddTags(const v1::Event& event, v1::Incident& incident) const;
  Disarming::Rule RuleOf(const std::string& id) const;
  // Takes it out of the open ones.
  OpenIncident& End(const Subject& subject, const std::string& reason, base::SystemTime now);

  std::shared_ptr<const policy::CompiledPolicy> policy_;
  std::map<std::string, std::uint64_t> definitions_;  // of its rules, by id
  std::optional<threshold::ThresholdEngine> engine_;
  OpenIncidents open_;
  Disarming disarming_;
  std::vector<OpenIncident*> changed_;  // in open_, each once
  std::vector<OpenIncident> closed_;
};

}  // namespace vigie::server::detect
