#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "platform/sqlite/database.h"
#include "server/sightings.h"

namespace vigie::server {

// A connection of its own inside one read transaction.
class SqliteSightingReader final : public SightingReader {
 public:
  static base::Result<std::unique_ptr<SightingReader>> Open(const std::string& path);

  base::Result<std::vector<Holder>> Holders(const std::string& ledger) override;
  base::Result<void> EachDay(const std::vector<std::int64_t>& wanted,
                             const std::function<base::Result<void>(const HolderDay&)>& each) override;
  base::Result<void> EachDayOf(std::int64_t holder,
                               const std::function<base::Result<void>(const HolderDay&)>& each) override;
  base::Result<void> EachSighting(std::int64_t day_number,
                                  const std::function<base::Result<void>(const Sighting&)>& each) override;
  base::Result<std::vector<std::string>> EventIds(const std::vector<std::int64_t>& positions) override;

 private:
  explicit SqliteSightingReader(sqlite::Database database) : database_(std::move(database)) {}
  base::Result<sqlite::Statement*> Prepared(std::string_view sql);

  sqlite::Database database_;
  std::map<std::string_view, sqlite::Statement> statements_;
};

}  // namespace vigie::server
