#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/threshold/threshold_engine.h"
#include "platform/base/clock.h"
#include "server/detect/incident_folding.h"

namespace vigie::server::detect {

// One policy's thresholds over a stream of events, and the incidents that are open because of them: one for each rule
// and subject. Live detection and backtests are both this, over another keeper. Not thread-safe.
class RaisedIncidents {
 public:
  using Subject = std::pair<std::string, std::string>;  // rule, subject

  // Where events and incidents are kept, and what time it is there.
  class Keeper {
   public:
    virtual ~Keeper() = default;
    virtual base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) = 0;
    virtual base::Result<std::string> NextIncidentId() = 0;
    // It has just opened; whoever saves it takes its new_events.
    virtual base::Result<void> Opened(OpenIncident& incident) = 0;
    virtual base::SystemTime Now() const = 0;
  };

  // None = nothing is counted.
  void CountWith(std::optional<threshold::ThresholdEngine> engine) { engine_ = std::move(engine); }
  // What was open before.
  void GoOnWith(std::map<Subject, OpenIncident> open);

  // Counts the event; opens or grows incidents.
  base::Result<void> Observe(const v1::Event& event, Keeper& keeper);

  bool counts() const { return engine_.has_value(); }
  const std::map<Subject, OpenIncident>& open() const { return open_; }
  OpenIncident* FindById(const std::string& id);
  // Takes it out; it must be open.
  OpenIncident Remove(const OpenIncident& incident);

  // Since Settle was called: those that opened or grew or were marked.
  const std::map<Subject, OpenIncident*>& changed() const { return changed_; }
  void MarkChanged(OpenIncident& incident);
  void Settle() { changed_.clear(); }

 private:
  base::Result<void> Fold(const threshold::Observation& observation, const v1::Event& event, Keeper& keeper);
  base::Result<void> Open(const threshold::Observation& observation, const v1::Event& event, Keeper& keeper);

  std::optional<threshold::ThresholdEngine> engine_;
  std::map<Subject, OpenIncident> open_;
  std::map<Subject, OpenIncident*> changed_;
};

}  // namespace vigie::server::detect
