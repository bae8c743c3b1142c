#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "platform/sqlite/database.h"
#include "server/event_columns.h"
#include "server/sightings.h"

namespace vigie::server {

// Keeps holders, days and sightings beside the events of one transaction. A day's union is read once and written back
// by Flush if it grew: a user who sees the same customers again costs one narrow row an event. One thread.
class SightingWriter {
 public:
  explicit SightingWriter(sqlite::Database& database) : database_(database) {}

  struct Place {
    std::int64_t position = 0;
    const std::string& host;
    const EventColumns& columns;
  };
  base::Result<void> Add(const v1::Event& event, const Place& place);
  // Before the transaction ends.
  base::Result<void> Flush();

 private:
  struct Day {
    std::int64_t number = 0;
    customers::RecordSet records;
    bool grown = false;
  };
  using HolderKey = std::tuple<std::string, std::string, std::string>;  // ledger, user, host

  base::Result<std::int64_t> HolderNumber(const HolderKey& key);
  base::Result<std::optional<Day>> KeptDay(std::int64_t holder, std::int64_t day);
  base::Result<Day*> DayAt(std::int64_t holder, std::int64_t day);
  base::Result<void> AddSighting(const EventSighting& sighting, const Place& place);
  base::Result<sqlite::Statement*> Prepared(std::string_view sql);

  sqlite::Database& database_;
  std::map<std::string_view, sqlite::Statement> statements_;
  std::map<HolderKey, std::int64_t> holders_;
  std::map<std::pair<std::int64_t, std::int64_t>, Day> days_;
};

// Adds the sightings of events that were kept before there were any: in transactions of some thousand events, so that
// a process that dies on the way goes on where it was. Nothing to do after the first time.
base::Result<void> FillSightings(sqlite::Database& database);

}  // namespace vigie::server
