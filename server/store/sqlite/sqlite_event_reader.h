#pragma once

#include <memory>
#include <string>

#include "platform/sqlite/database.h"
#include "server/event_reader.h"

namespace vigie::server {

// A connection of its own that reads some thousand events at a time, so that no read transaction lives long: the
// write-ahead log can be emptied meanwhile.
class SqliteEventReader final : public EventReader {
 public:
  static base::Result<std::unique_ptr<EventReader>> Open(const std::string& path);

  base::Result<void> EachEvent(std::optional<base::SystemTime> since, EventParts parts, const Each& each) override;
  base::Result<void> EachInRange(const EventRange& range, const EachOfRange& each) override;
  base::Result<std::optional<ChannelFigures>> FindRollup(const RollupCell& cell) override;
  base::Result<CellEvents> EventsIn(const RollupCell& cell) override;
  base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) override;

 private:
  SqliteEventReader(sqlite::Database database, sqlite::Statement by_id, std::int64_t last)
      : database_(std::move(database)), by_id_(std::move(by_id)), last_(last) {}

  sqlite::Database database_;
  sqlite::Statement by_id_;
  std::int64_t last_;  // position of the newest event
};

}  // namespace vigie::server
