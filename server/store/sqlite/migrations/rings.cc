#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// The rings of workstations, in order, each with the policy that it runs (server/rollout_plan.h). None is kept until
// the first collector that knows of them has started.
const std::string_view kRings = R"sql(
CREATE TABLE rings (
  position INTEGER PRIMARY KEY,
  ring BLOB NOT NULL
) STRICT;
)sql";

}  // namespace vigie::server::migrations
