#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "platform/sqlite/database.h"

namespace vigie::server {

// Removes events with all that follows from them, inside one transaction. One thread.
class EventRemoval {
 public:
  explicit EventRemoval(sqlite::Database& database) : database_(database) {}

  // False if an open or suppressed incident holds the event: it stays, and is noted as held.
  base::Result<bool> Remove(std::int64_t position);
  // Works out anew the unions of the days that lost a sighting. Before the transaction ends.
  base::Result<void> Finish();

 private:
  base::Result<sqlite::Statement*> Prepared(std::string_view sql);
  base::Result<void> Run(std::string_view sql, std::int64_t value);
  base::Result<bool> IsHeld(std::int64_t position);
  base::Result<void> NoteDays(std::int64_t position);
  base::Result<void> RepairDay(std::int64_t day);

  sqlite::Database& database_;
  std::map<std::string_view, sqlite::Statement> statements_;
  std::set<std::int64_t> days_;
};

}  // namespace vigie::server
