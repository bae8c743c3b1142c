#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/store/sqlite/sqlite_store.h"

// A collector's store as months of work leave it, for benches of what is asked of it later.
namespace vigie::bench {

struct StoredEventsPlan {
  std::uint64_t events = 0;
  std::uint32_t users = 0;  // each has a host
  std::uint32_t customers = 1'000'000;
  std::uint32_t days = 90;
  base::SystemTime begin{std::chrono::seconds(1'700'000'000)};
};
// A user for each 5000 events, 50 at least.
StoredEventsPlan PlanFor(std::uint64_t events);

// Fills `store`: four events in five hold customers (most a few, some hundreds) of the user's portfolio of 20,000,
// which overlaps with those of others. In the middle of the last day user-7 exports Leaked(plan).
// `each`, if given, sees every event.
using SeeEvent = std::function<void(const v1::Event&)>;
void FillStore(server::SqliteStore& store, const StoredEventsPlan& plan, const SeeEvent& each = {});

// 1584 customers of user-7's portfolio.
std::vector<std::uint32_t> Leaked(const StoredEventsPlan& plan);

}  // namespace vigie::bench
