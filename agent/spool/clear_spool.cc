#include "agent/spool/clear_spool.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/spool/untold_gaps.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::spool {
namespace {

using base::Result;

constexpr std::size_t kAtOnce = 256;

struct Bodies {
  std::vector<std::string> bodies;
  bool whole = true;
};

// From both ends towards what cannot be read.
Bodies ReadBodies(sqlite::Database& database, std::string_view table, std::string_view order, std::int64_t offset) {
  Bodies read;
  const std::string sql = "SELECT body FROM " + std::string(table) + " ORDER BY " + std::string(order) + " LIMIT " +
                          std::to_string(kAtOnce) + " OFFSET " + std::to_string(offset);
  auto statement = database.Prepare(sql);
  if (!statement) return {{}, false};
  read.whole = static_cast<bool>(statement->ForEach([&](const auto& row) {
    read.bodies.push_back(row.Blob(0));
    return true;
  }));
  return read;
}

base::SystemTime TimeOf(const v1::Event& event, base::SystemTime now) {
  return event.has_activity() && event.activity().has_at() ? contract::FromProto(event.activity().at()) : now;
}

Result<void> Put(const std::vector<std::string>& bodies, bool waiting, SpoolTable& into, base::SystemTime now) {
  return into.Transaction([&]() -> Result<void> {
    for (const std::string& body : bodies) {
      v1::Event event;
      if (!event.ParseFromString(body)) continue;
      const EventKey key{event.boot_epoch(), event.sequence()};
      const SealedRow row = into.Seal(key, event, TimeOf(event, now));
      if (auto put = waiting ? into.InsertIfNew(row) : into.RememberIfNew(key, row.body); !put) return put;
    }
    return {};
  });
}

// False if something could not be read.
Result<bool> CopyTable(sqlite::Database& database, const std::string& table, SpoolTable& into, base::SystemTime now) {
  const bool waiting = table == "event";
  bool whole = true;
  for (const char* direction : {"", " DESC"}) {
    const std::string order =
        waiting ? std::string("epoch") + direction + ", sequence" + direction : std::string("number") + direction;
    for (std::int64_t offset = 0;;) {
      const Bodies read = ReadBodies(database, table, order, offset);
      if (auto put = Put(read.bodies, waiting, into, now); !put) return put.error();
      offset += static_cast<std::int64_t>(read.bodies.size());
      whole = whole && read.whole;
      if (!read.whole || read.bodies.size() < kAtOnce) break;
    }
    if (whole) break;
  }
  return whole;
}

// As this version writes them; nothing seals them, and their page may be damaged.
bool IsWhole(const v1::Gap& gap) {
  constexpr std::size_t kMostOfAReason = 256;
  const bool ranges = std::ranges::all_of(gap.never_sent(), [](const v1::SequenceRange& range) {
    return range.boot_epoch() > 0 && range.first() > 0 && range.first() <= range.last();
  });
  return gap.sensor() == "spool" && gap.has_from() && gap.has_until() && !gap.reason().empty() &&
         gap.reason().size() <= kMostOfAReason && ranges;
}

Result<void> CopyNumbersOf(sqlite::Database& database, SpoolTable& into) {
  auto statement = database.Prepare("SELECT name, value FROM number");
  if (!statement) return {};
  std::vector<std::pair<std::string, std::uint64_t>> numbers;
  const auto read = statement->ForEach([&](const auto& row) {
    numbers.emplace_back(row.Text(0), static_cast<std::uint64_t>(std::max<std::int64_t>(row.Integer(1), 0)));
    return true;
  });
  (void)read;  // what came before the damage
  return into.Transaction([&]() -> Result<void> {
    for (const auto& [name, value] : numbers) {
      if (auto written = into.WriteNumber(name, value); !written) return written;
    }
    return {};
  });
}

}  // namespace

Result<std::optional<v1::Gap>> CopyClearSpool(const std::string& path, SpoolTable& into, base::SystemTime now) {
  auto gap = MakeGap("the spool of the version before could not be read to its end", now);
  auto database = sqlite::Database::OpenAlone(path);
  if (!database) return std::optional(gap);
  bool whole = true;
  for (const char* table : {"event", "remembered"}) {
    const auto copied = CopyTable(*database, table, into, now);
    if (!copied) return copied.error();
    whole = whole && *copied;
  }
  if (auto copied = CopyNumbersOf(*database, into); !copied) return copied.error();
  const auto lost = into.ReadNumber("lost");
  if (!lost) return lost.error();
  if (whole && *lost == 0) return std::optional<v1::Gap>();
  if (whole) gap.set_reason("events were lost before the last stop");
  gap.set_lost(*lost);
  return std::optional(gap);
}

std::vector<v1::Gap> ReadUntoldGaps(const std::string& path) {
  std::vector<v1::Gap> gaps;
  auto database = sqlite::Database::OpenAlone(path);
  if (!database) return gaps;
  auto statement = database->Prepare("SELECT body FROM gap");
  if (!statement) return gaps;
  const auto read = statement->ForEach([&](const auto& row) {
    v1::Gap gap;
    if (gap.ParseFromString(row.Blob(0)) && IsWhole(gap)) gaps.push_back(std::move(gap));
    return true;
  });
  (void)read;  // what came before the damage
  return gaps;
}

Result<void> CopyNumbers(const std::string& path, SpoolTable& into) {
  auto database = sqlite::Database::OpenAlone(path);
  return database ? CopyNumbersOf(*database, into) : Result<void>();
}

}  // namespace vigie::agent::spool
