#include "server/store/sqlite/sqlite_schema.h"

#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server {

std::vector<std::string_view> StoreMigrations() {
  return {
      migrations::kEventsAndIncidents,  // 1
      migrations::kSightings,           // 2
      migrations::kAudit,               // 3
      migrations::kRetention,           // 4
      migrations::kDelivery,            // 5
      migrations::kCasework,            // 6
      migrations::kUnmasking,           // 7
      migrations::kSearches,            // 8
      migrations::kScale,               // 9
      migrations::kRings,               // 10
      migrations::kOutbox,              // 11
      migrations::kUsers,               // 12
      migrations::kShadow,              // 13
      migrations::kEvidence,            // 14
      migrations::kRules,               // 15
  };
}

}  // namespace vigie::server
