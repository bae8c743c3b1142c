// What is asked of stored events, against one sequential read of them: attribution of a leaked file, and a backtest of
// five rules. At 100,000 and a million events; VIGIE_BENCH_EVENTS names another number (10000000: some ten minutes and
// ten gigabytes below VIGIE_BENCH_DIRECTORY or the temporary directory). VIGIE_BENCH_STORE names a collector.db that
// stays: filled if it is not there, else brought to this version; it must hold as many.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "core/customers/record_set.h"
#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "platform/sqlite/database.h"
#include "server/attribute/stored_attribution.h"
#include "server/detect/stored_backtest.h"
#include "tests/bench/bench_row.h"
#include "tests/bench/stored_events.h"

namespace vigie::bench {
namespace {

constexpr int kRounds = 3;
constexpr const char* kRead = "one sequential read, select sum(length(event)) from events";

// Most users of the plan are over once: dearer than rules in use, of which hardly anybody is over.
constexpr const char* kFiveRules = R"(version: 1
thresholds:
  - {id: bulk, when: {channels: [removable_media, web_upload, print, network_share]}, measure: distinct_customers,
     per: [user], window: 24h, over: 1500, severity: critical, respond: [block_channels]}
  - {id: drip, when: {channels: [removable_media, web_upload]}, measure: distinct_customers, per: [user], window: 30d,
     over: 14000, severity: high}
  - {id: files, measure: distinct_files, per: [host], window: 1h, over: 200, severity: medium}
  - {id: bytes, when: {channels: [web_upload]}, measure: bytes, per: [user, host], window: 24h, over: 50000000,
     severity: medium}
  - {id: busy, when: {classes: [email_address]}, measure: events, per: [user], window: 7d, over: 100000, severity: low}
)";

std::shared_ptr<const policy::CompiledPolicy> PolicyOf(const std::string& text) {
  auto compiled = policy::ReadPolicy(text, "bench");
  if (!compiled) {
    std::cerr << compiled.error().message << "\n";
    std::abort();
  }
  return std::make_shared<const policy::CompiledPolicy>(*std::move(compiled));
}

template <typename T>
void Demand(const base::Result<T>& result) {
  if (result) return;
  std::cerr << result.error().message << "\n";
  std::abort();
}

std::string MakeFolder() {
  const char* wanted = std::getenv("VIGIE_BENCH_DIRECTORY");
  std::string pattern =
      (wanted == nullptr ? std::filesystem::temp_directory_path() : std::filesystem::path(wanted)) / "vigie-XXXXXX";
  return ::mkdtemp(pattern.data());
}

class StoreBench {
 public:
  explicit StoreBench(std::uint64_t events) : plan_(PlanFor(events)) {
    if (const char* kept = std::getenv("VIGIE_BENCH_STORE")) {
      path_ = kept;
    } else {
      folder_ = MakeFolder();
      path_ = folder_ + "/collector.db";
    }
    const bool is_filled = std::filesystem::exists(path_);
    store_ = server::SqliteStore::Open(path_).value();
    if (is_filled) return;
    const auto begin = std::chrono::steady_clock::now();
    FillStore(*store_, plan_);
    fill_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  ~StoreBench() {
    store_.reset();
    if (folder_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  StoreBench(const StoreBench&) = delete;
  StoreBench& operator=(const StoreBench&) = delete;

  void Measure() {
    const std::function<void()> quick[] = {[&] { ReadAll(); }, [&] { Attribute(); }};
    const auto quick_seconds = MedianSeconds(quick, kRounds);
    const double read = quick_seconds[0];
    if (fill_seconds_ > 0) PrintFill();
    Report({.id = "attribution", .what = "attribution of 1584 leaked customers", .at_least = 1, .aim = 0.2},
           quick_seconds[1], read);
    const std::function<void()> backtest[] = {[&] { Backtest(nullptr); }};
    Report({.id = "backtest", .what = "backtest of five rules", .at_least = 10, .aim = 3},
           MedianSeconds(backtest, 1)[0], read);  // minutes of ten million events
    const std::function<void()> against_another[] = {[&] { Backtest(&other_); }};
    const double compared = MedianSeconds(against_another, 1)[0];
    Print({.id = Id("backtest_against_another"),
           .what = "the same compared with five other rules in force, " + Of(),
           .value = compared,
           .unit = "s",
           .peer = kRead,
           .ratio = compared / read});
  }

 private:
  std::string Of() const { return std::to_string(plan_.events) + " stored events"; }
  std::string Id(const std::string& name) const { return name + "_" + std::to_string(plan_.events); }

  void PrintFill() const {
    Print({.id = Id("store_fill"),
           .what = "events a second into the store with their sightings, by 1000, " + Of(),
           .value = static_cast<double>(plan_.events) / fill_seconds_,
           .unit = "1/s"});
    Print({.id = Id("store_bytes"),
           .what = "bytes a stored event, indexes and sightings included",
           .value = static_cast<double>(std::filesystem::file_size(path_)) / static_cast<double>(plan_.events),
           .unit = "B"});
  }
  void Report(Row row, double seconds, double read) const {
    row.id = Id(row.id);
    row.what += " over " + Of();
    row.value = seconds;
    row.unit = "s";
    row.peer = kRead;
    row.ratio = seconds / read;
    row.lower_is_better = true;
    Print(row);
  }

  void ReadAll() const {
    auto database = sqlite::Database::Open(path_);
    auto statement = database->Prepare("SELECT sum(length(event)) FROM events");
    std::int64_t bytes = 0;
    Demand(statement->ForEach([&](const sqlite::Statement::Row& row) {
      bytes = row.Integer(0);
      return true;
    }));
    Keep(bytes);
  }

  void Attribute() {
    server::attribute::StoredAttribution attribution(*store_, "key");
    v1::AttributeRequest request;
    v1::LeakedCustomers& leaked = *request.add_leaked();
    leaked.set_ledger("00112233445566778899aabbccddeeff");
    leaked.set_records(customers::RecordSet(Leaked(plan_)).Serialize());
    leaked.set_population(plan_.customers);
    const auto answer = attribution.Attribute(request);
    Demand(answer);
    if (answer->holders(0).user() == "user-7" && answer->holders(0).customers() == 1584) return;
    std::cerr << "attribution names the wrong user\n";
    std::abort();
  }

  void Backtest(const std::shared_ptr<const policy::CompiledPolicy>* in_force) {
    server::detect::StoredBacktest backtest(*store_, clock_);
    std::uint64_t events = 0;
    incidents_ = 0;  // each run has to find its own
    Demand(backtest.Run({five_, in_force == nullptr ? nullptr : *in_force, {}},
                        [&](const v1::BacktestPolicyResponse& message) {
                          if (message.has_summary()) events = message.summary().events();
                          if (message.has_incident()) ++incidents_;
                          return true;
                        }));
    if (events != plan_.events || incidents_ == 0) std::abort();
  }

  const StoredEventsPlan plan_;
  const base::SystemClock clock_;
  const std::shared_ptr<const policy::CompiledPolicy> five_ = PolicyOf(kFiveRules);
  const std::shared_ptr<const policy::CompiledPolicy> other_ =
      PolicyOf(std::string(kFiveRules) + "rules:\n  - {id: none, when: {channels: [bluetooth]}, action: block}\n");
  std::string folder_;  // empty = the store stays
  std::string path_;
  std::unique_ptr<server::SqliteStore> store_;
  double fill_seconds_ = 0;
  std::uint64_t incidents_ = 0;
};

}  // namespace
}  // namespace vigie::bench

int main() {
  const char* wanted = std::getenv("VIGIE_BENCH_EVENTS");
  if (wanted != nullptr) {
    vigie::bench::StoreBench(std::strtoull(wanted, nullptr, 10)).Measure();
    return 0;
  }
  for (const std::uint64_t events : {100'000ULL, 1'000'000ULL}) vigie::bench::StoreBench(events).Measure();
  return 0;
}
