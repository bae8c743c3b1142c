#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "server/change_witness.h"
#include "server/detection.h"
#include "server/integrations/bell.h"
#include "server/integrations/destination.h"
#include "server/integrations/finding.h"

namespace vigie::server::integrations {

// Writes what destinations are to be told into the transaction of what has happened. An incident is told when it opens,
// when it is opened again, when it is closed, and while it grows each time its measure or its customers have reached
// the next power of two: a flood of a million events is twenty messages. One that a suppression covers is never told.
// Thread-safe; OnIncidentSaved, OnGapAdded and TellHealth inside WriteLane.
class OutboxWriter final : public ChangeWitness, public DetectionListener {
 public:
  // All outlive it.
  OutboxWriter(const std::vector<Destination>& destinations, const Pseudonyms& pseudonyms, const base::Clock& clock,
               std::string version);

  base::Result<void> OnIncidentSaved(const std::optional<IncidentStanding>& before, const v1::Incident& incident,
                                     StoreTransaction& transaction) override;
  // Adds it to its agent's note "gap/AGENT", of which FleetWatch tells.
  base::Result<void> OnGapAdded(const v1::GapReport& gap, StoreTransaction& transaction) override;
  base::Result<void> TellHealth(const HealthChange& health, StoreTransaction& transaction);
  void OnIncident(const v1::Incident&) override {
    if (appended_.exchange(false)) bell_.Ring();
  }

  bool wants_health() const { return wants_health_; }
  Bell& bell() { return bell_; }
  // Random, 128 bits in hex.
  static std::string NewId();

 private:
  Occasion NewOccasion() const;
  Naming NamingOf(const Destination& destination) const;

  const std::vector<Destination>& destinations_;
  const Pseudonyms& pseudonyms_;
  const base::Clock& clock_;
  const std::string version_;
  const bool wants_health_;
  std::atomic<bool> appended_{false};  // since it rang
  Bell bell_;
};

// What is to be told of it, if anything. Pure.
std::optional<Change> ChangeOf(const std::optional<IncidentStanding>& before, const v1::Incident& incident);

}  // namespace vigie::server::integrations
