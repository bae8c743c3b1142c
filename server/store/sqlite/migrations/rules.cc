#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Which rule decided an event: most are decided by none. Events of before do not say it. And who asked to see customers
// is found however his name is spelt, as users are.
const std::string_view kRules = R"sql(
ALTER TABLE events ADD COLUMN rule TEXT;
CREATE INDEX events_by_rule ON events (rule, at, position) WHERE rule IS NOT NULL;
DROP INDEX unmask_requests_by_asker;
CREATE INDEX unmask_requests_by_asker ON unmask_requests (asked_by COLLATE NOCASE);
)sql";

}  // namespace vigie::server::migrations
