#pragma once

#include <optional>
#include <set>

#include "platform/sqlite/database.h"
#include "server/rollups.h"

// Figures that are kept beside the events they are of.
namespace vigie::server {

// kDataLoss for what cannot be read.
base::Result<std::optional<ChannelFigures>> SelectRollup(sqlite::Database& database, const RollupCell& cell);
// Of the events up to a position.
base::Result<CellEvents> SelectCellEvents(sqlite::Database& database, const RollupCell& cell, std::int64_t last);
base::Result<void> ReplaceRollup(sqlite::Database& database, const RollupCell& cell, const ChannelFigures& figures);

// The roll-ups to which a transaction's events came: it removes them before it commits, so that what is kept is right.
// One statement for each quarter of an hour that had one.
class TouchedRollups {
 public:
  // `at` is nanoseconds since 1970.
  void Add(std::int64_t at);
  base::Result<void> Remove(sqlite::Database& database) const;

 private:
  std::set<std::int64_t> quarters_;
};

}  // namespace vigie::server
