#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/threshold/subject_hash.h"
#include "server/detect/disarming.h"
#include "server/detect/incident_folding.h"

namespace vigie::server::detect {

// Those that are open or suppressed, one for each rule and subject; they stay where they are until they are taken out.
// Whether there is one is asked for each event and rule: that is answered without making a key. Not thread-safe.
class OpenIncidents {
 public:
  using Map = std::map<IncidentSubject, OpenIncident>;

  OpenIncidents() = default;
  explicit OpenIncidents(Map incidents);

  const Map& all() const { return incidents_; }
  OpenIncident* Find(std::string_view rule, std::string_view subject) const;
  OpenIncident* FindById(std::string_view id);
  // In place of another one of the same rule and subject.
  OpenIncident& Put(const IncidentSubject& subject, OpenIncident incident);
  // It must be there.
  Map::node_type Take(const IncidentSubject& subject);

 private:
  struct Hash {
    std::size_t operator()(std::string_view subject) const noexcept { return hasher.Short(subject); }
    threshold::SubjectHasher hasher;
  };
  // Keys are those of incidents_. A rule that has had one stays.
  using OfRule = std::unordered_map<std::string_view, OpenIncident*, Hash>;

  Map incidents_;
  std::map<std::string, OfRule, std::less<>> rules_;
};

}  // namespace vigie::server::detect
