#pragma once

#include <functional>
#include <string>

#include "platform/base/result.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::server {

// What shows that an incident's events are what they were (evidence_service.proto). Thread-safe; two of each at a time,
// others get kResourceExhausted. kNotFound for an incident that is not there.
class IncidentEvidence {
 public:
  struct Order {
    std::string incident_id;
    std::string made_by = {};
    bool conceal = true;  // records
  };
  // False: nobody takes more.
  using Take = std::function<bool(std::string piece)>;
  using Told = std::function<void(const v1::Event&)>;

  virtual ~IncidentEvidence() = default;

  virtual base::Result<v1::EvidenceReport> Verify(const std::string& incident_id) = 0;
  // A file of evidence, piece by piece; `told` hears of each event in it.
  virtual base::Result<void> Export(const Order& order, const Take& take, const Told& told) = 0;
};

}  // namespace vigie::server
