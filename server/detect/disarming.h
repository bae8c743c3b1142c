#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/threshold/threshold_engine.h"
#include "server/detect/incident_folding.h"

namespace vigie::server::detect {

using IncidentSubject = std::pair<std::string, std::string>;  // rule, subject

// What a threshold measures, in a number: thresholds that differ only in id, severity, responses or rearming have the
// same.
std::uint64_t DefinitionOf(const v1::Threshold& threshold);

// Whose incident was closed, and which must not open again for the same events. Closing disarms the threshold for the
// subject, until an event finds that the measure was below rearm_below without it, or is more than rearm_after above
// the lowest it was since (policy.proto). An event older than the subject's window says nothing of that window: it is
// counted among others that are, and finds the threshold armed if those were below rearm_below without it. A rule that
// measures something else than when the incident was closed is armed anew. The memory stands on the closed incident and
// is saved with it, so a restart changes nothing. Not thread-safe.
class Disarming {
 public:
  // Of those kept closed incidents that have Incident.disarmed.
  void GoOnWith(std::map<IncidentSubject, OpenIncident> closed);

  // `incident` has just been closed; writes its memory into it.
  void Disarm(OpenIncident& incident, const v1::Threshold& rule);

  // Whether an incident may open. The memory moves on.
  bool IsArmed(const IncidentSubject& subject, const threshold::Observation& observation);

  // Closed incidents whose memory has changed since Settle, as they are to be kept.
  std::vector<v1::Incident> Changed() const;
  void Settle();

 private:
  std::map<IncidentSubject, OpenIncident> closed_;
  std::set<IncidentSubject> changed_;  // in closed_
  std::vector<v1::Incident> armed_;    // not any more
};

}  // namespace vigie::server::detect
