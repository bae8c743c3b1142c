#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/threshold/threshold_engine.h"
#include "server/detect/incident_folding.h"

namespace vigie::server::detect {

using IncidentSubject = std::pair<std::string, std::string>;  // rule, subject

// What a threshold of the policy measures, in a number: thresholds that differ only in id, severity, responses or
// rearming have the same. The tags and groups that it names are part of it.
std::uint64_t DefinitionOf(const v1::Threshold& threshold, const v1::Policy& policy);

// Whose incident was closed, and which must not open again for the same events. Closing disarms the threshold for the
// subject, until an event finds that the measure was below rearm_below without it, or is more than rearm_after above
// the lowest it was since (policy.proto). An event older than the subject's window says nothing of that window: it is
// counted among others that are, and finds the threshold armed if those were below rearm_below without it. A rule that
// measures something else than when the incident was closed is armed anew. The memory stands on the closed incident and
// is saved with it, so a restart changes nothing.
//
// Here a memory is a few numbers beside the subject's name and the incident's id: nothing of the incident itself. It is
// forgotten, and the incident free to be removed by retention, when nothing came for the subject for two windows: the
// engine has forgotten it then as well and the next event would arm it. Only where rearm_below is 0 nothing does.
// Not thread-safe.
class Disarming {
 public:
  // The kept closed incidents that have Incident.disarmed, oldest first. Whoever counts the stored events again calls
  // Touch with them: till then nothing is known to have come for the subject since the incident was updated.
  void GoOnWith(const std::vector<v1::Incident>& closed, base::SystemTime now);

  // Something came for the subject then.
  void Touch(const IncidentSubject& subject, base::SystemTime at);

  // `incident` has just been closed, of a rule of this definition; writes its memory into it.
  void Disarm(OpenIncident& incident, std::uint64_t definition, base::SystemTime now);

  // Whether an incident may open; `definition` is the rule's. The memory moves on.
  bool IsArmed(const IncidentSubject& subject, const threshold::Observation& observation, std::uint64_t definition,
               base::SystemTime now);

  // The incident is open again: it disarms no more. Another one of the subject does, still.
  void Forget(const IncidentSubject& subject, const std::string& incident);

  // Forgets those that have been idle long enough; looks once an hour. Where the rule is gone or is another now, that
  // is as for the longest window there is.
  struct Rule {
    const v1::Threshold* threshold = nullptr;  // none: it is gone
    std::uint64_t definition = 0;
  };
  using RuleOf = std::function<Rule(const std::string& id)>;
  void ForgetIdle(const RuleOf& rule_of, base::SystemTime now);

  // Closed incidents whose memory has changed since Settle; no memory = it is to be taken off.
  struct Remembered {
    std::string incident;
    std::optional<v1::Disarmed> memory;
  };
  std::vector<Remembered> Changed() const;
  void Settle();

  std::size_t size() const { return closed_.size(); }

 private:
  struct Closed {
    std::string incident;  // its id
    std::uint64_t lowest = 0;
    std::uint64_t definition = 0;
    base::SystemTime touched;  // when something came for the subject last

    v1::Disarmed Memory() const;
  };

  std::map<IncidentSubject, Closed> closed_;
  std::set<IncidentSubject> changed_;   // in closed_
  std::vector<std::string> forgotten_;  // incidents
  std::vector<std::string> replaced_;   // by a later one of the same subject; forgotten with the next idle ones
  base::SystemTime looked_{};           // for idle ones
};

}  // namespace vigie::server::detect
