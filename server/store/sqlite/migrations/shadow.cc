#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Which events a rule in shadow decided: few of many, so what it would have done is found without reading all. Events of
// before do not say it.
const std::string_view kShadow = R"sql(
ALTER TABLE events ADD COLUMN shadow INTEGER NOT NULL DEFAULT 0;
CREATE INDEX events_in_shadow ON events (at, position) WHERE shadow = 1;
)sql";

}  // namespace vigie::server::migrations
