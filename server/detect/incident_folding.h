#pragma once

#include <string>
#include <vector>

#include "core/customers/growing_record_set.h"
#include "core/policy/suppressions.h"
#include "core/threshold/threshold_engine.h"
#include "platform/base/clock.h"
#include "server/change_witness.h"
#include "vigie/v1/incident.pb.h"

// How events become one incident. Pure: no clock, no store.
namespace vigie::server::detect {

inline constexpr int kMaxEventIds = 1000;  // incident.proto
inline constexpr int kMaxProcesses = 32;   // incident.proto
inline constexpr int kMaxSteps = 96;       // incident.proto

// An incident while it is open.
struct OpenIncident {
  v1::Incident incident;  // without `records` and their number, which stand beside it
  customers::GrowingRecordSet records;
  std::vector<std::string> new_events;         // to be linked at the next save
  bool changed = false;                        // is among RaisedIncidents::changed
  std::optional<IncidentStanding> saved = {};  // as the store had it before this transaction; none = it opens

  // The incident as it is to be kept.
  v1::Incident Kept() const;
};

// Reads back a kept incident. kDataLoss if its records do not parse.
base::Result<OpenIncident> ReadIncident(v1::Incident kept);

// What opens one: the observation that went over, and the events of its window as far as they are known by id.
struct Opening {
  std::string id;
  const threshold::Observation& observation;
  const std::vector<v1::Event>& window;
  const v1::Event& event;  // the one that went over
  base::SystemTime now;
};
OpenIncident OpenOne(const Opening& opening);

// One more event that matches the rule while the incident is open.
struct Growth {
  const v1::Event& event;
  const threshold::Observation& observation;
  base::SystemTime now;
  bool keeps_event_ids = true;
};
void Grow(OpenIncident& open, const Growth& growth);

// It has opened under a suppression: it is no alarm and does nothing.
void Suppress(OpenIncident& open, const policy::Suppressions::Suppression& suppression);

IncidentStanding StandingOf(const v1::Incident& incident);

// For lists and watchers: without records and event ids.
v1::Incident WithoutDetails(const v1::Incident& incident);

}  // namespace vigie::server::detect
