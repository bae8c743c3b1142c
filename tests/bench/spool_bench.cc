// Events into the agent's spool, each on the disk before the call returns, against what the spool was before: a row in
// clear and a transaction for each. Alone, and by four threads that wait at once. By the wall: a disk is waited for.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "agent/spool/event_spool.h"
#include "platform/base/clock.h"
#include "platform/sqlite/database.h"
#include "proto/contract/time_conversion.h"
#include "tests/bench/bench_row.h"

namespace vigie::bench {
namespace {

constexpr int kEvents = 2000;
constexpr int kThreads = 4;
constexpr int kRounds = 5;
constexpr const char* kBefore = "a row in clear and a transaction for each, by one thread";

template <typename T>
void Demand(const base::Result<T>& result) {
  if (result) return;
  std::cerr << result.error().message << "\n";
  std::abort();
}

v1::Event SomeEvent() {
  v1::Event event;
  v1::Activity& activity = *event.mutable_activity();
  activity.set_kind(v1::ACTIVITY_KIND_COPY);
  activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  activity.set_host("desk-7");
  activity.set_user("alice");
  activity.mutable_process()->set_exe("/usr/bin/cp");
  activity.mutable_process()->set_command_line("cp export.csv /media/stick/export.csv");
  activity.mutable_file()->set_path("/media/stick/export.csv");
  *activity.mutable_at() = contract::ToProto(base::SystemClock().Now());
  event.mutable_inspection()->set_evaluated(v1::EVALUATED_FULL);
  event.mutable_inspection()->mutable_customers()->set_distinct(40);
  event.mutable_inspection()->mutable_customers()->set_records(std::string(200, 'r'));
  event.set_verdict(v1::VERDICT_AUDIT);
  return event;
}

// As the spool of the version before stored it.
class ClearSpool {
 public:
  explicit ClearSpool(const std::string& path) : database_(*sqlite::Database::Open(path)) {
    Demand(database_.Migrate(
        {"CREATE TABLE event(epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(epoch, "
         "sequence)); CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"}));
  }
  void Append(v1::Event event) {
    event.set_sequence(++sequence_);
    Demand(database_.Transaction([&]() -> base::Result<void> {
      auto insert = database_.Prepare("INSERT INTO event(epoch, sequence, body) VALUES(1, ?1, ?2)");
      Demand(insert);
      if (auto stored =
              insert->Bind(1, static_cast<std::int64_t>(sequence_)).BindBlob(2, event.SerializeAsString()).Run();
          !stored) {
        return stored;
      }
      for (const char* name : {"alive", "stopped"}) {
        auto note = database_.Prepare(
            "INSERT INTO number(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
        Demand(note);
        Demand(note->BindText(1, name).Bind(2, static_cast<std::int64_t>(sequence_)).Run());
      }
      return {};
    }));
  }

 private:
  sqlite::Database database_;
  std::uint64_t sequence_ = 0;
};

double SecondsOf(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void PrintRow(const std::string& id, const std::string& what, double seconds, double seconds_before) {
  Print({.id = id,
         .what = what,
         .value = kEvents / seconds,
         .unit = "events/s",
         .peer = kBefore,
         .ratio = seconds_before / seconds});
}

void Run(const std::string& folder) {
  const base::SystemClock clock;
  auto spool = agent::spool::EventSpool::Open(folder + "/spool.db", {.agent_id = "bench"}, clock);
  Demand(spool);
  ClearSpool before(folder + "/before.db");
  const auto append = [&](int count) {
    for (int i = 0; i < count; ++i) Demand((*spool)->Append(SomeEvent(), 0));
  };
  std::vector<double> clear;
  std::vector<double> alone;
  std::vector<double> together;
  for (int round = 0; round < kRounds; ++round) {
    clear.push_back(SecondsOf([&] {
      for (int i = 0; i < kEvents; ++i) before.Append(SomeEvent());
    }));
    alone.push_back(SecondsOf([&] { append(kEvents); }));
    together.push_back(SecondsOf([&] {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { append(kEvents / kThreads); });
    }));
  }
  PrintRow("spool_append_alone", "events into the sealed spool, each on the disk, by one thread", Median(alone),
           Median(clear));
  PrintRow("spool_append_together", "the same by four threads that wait at once", Median(together), Median(clear));
}

}  // namespace
}  // namespace vigie::bench

int main() {
  const char* wanted = std::getenv("VIGIE_BENCH_DIRECTORY");
  std::string folder =
      (wanted == nullptr ? std::filesystem::temp_directory_path() : std::filesystem::path(wanted)) / "vigie-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  vigie::bench::Run(folder);
  std::filesystem::remove_all(folder);
  return 0;
}
