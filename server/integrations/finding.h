#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "server/integrations/pseudonyms.h"
#include "vigie/v1/collector_config.pb.h"
#include "vigie/v1/incident.pb.h"
#include "vigie/v1/integration_service.pb.h"

// What leaves the collector: OCSF Detection Findings (https://schema.ocsf.io/1.3.0/classes/detection_finding) as JSON.
// README.md is their schema, tests/data/integrations holds samples. There are counts, the rule, the severity and
// channels in them, users and hosts as the destination is configured; nothing that a document, a path, a process or an
// analyst's text said.
namespace vigie::server::integrations {

inline constexpr std::string_view kOcsfVersion = "1.3.0";
// Of what stands under `unmapped`. Another number = a field was changed or taken away; new ones may come at any time.
inline constexpr std::string_view kFindingSchema = "vigie.finding/1";

enum class Change { kOpened, kGrown, kReopened, kClosed };

// One message's own: its id and time.
struct Occasion {
  std::string id;
  base::SystemTime at{};
  std::string version;  // of this program
};

// How one destination names people and machines.
struct Naming {
  const Pseudonyms& pseudonyms;
  v1::IntegrationNaming users = v1::INTEGRATION_NAMING_UNSPECIFIED;
  v1::IntegrationNaming hosts = v1::INTEGRATION_NAMING_UNSPECIFIED;
};

// Of the health of agents; `agent_id` empty = of several, as `agents` counts.
struct HealthChange {
  std::string_view what;  // agent_unreachable | agent_gaps
  Change change = Change::kOpened;
  std::string agent_id;
  std::string host;
  base::SystemTime from{};
  std::optional<base::SystemTime> until = {};
  std::uint64_t agents = 1;
  std::uint64_t gaps = 0;
  std::uint64_t lost = 0;  // events; 0 = unknown
  std::vector<std::string> sensors = {};
};

v1::OutboxMessage IncidentFinding(const v1::Incident& incident, Change change, const Occasion& occasion,
                                  const Naming& naming);
v1::OutboxMessage HealthFinding(const HealthChange& health, const Occasion& occasion, const Naming& naming);
v1::OutboxMessage TestFinding(const Occasion& occasion);

}  // namespace vigie::server::integrations
