// What a threshold's key costs in memory, and an event of one in time: 10^4, 10^5 and 10^6 users alive in one window,
// each with two events of three customers.
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "core/customers/record_set.h"
#include "core/policy/compiled_policy.h"
#include "core/threshold/threshold_engine.h"
#include "proto/contract/time_conversion.h"
#include "tests/bench/bench_row.h"

namespace vigie::bench {
namespace {

constexpr const char* kPolicy =
    "version: 1\nthresholds:\n  - {id: bulk, measure: distinct_customers, per: [user], window: 24h, over: 100, "
    "severity: "
    "high}\n";
constexpr base::SystemTime kBegin{std::chrono::seconds(1'700'000'000)};
constexpr std::uint64_t kEventsOfEach = 2;
constexpr double kMebibyte = 1024.0 * 1024.0;

v1::Event MakeEvent(std::uint64_t user, std::uint64_t number) {
  v1::Event event;
  event.set_agent_id("agent-" + std::to_string(user));
  event.set_boot_epoch(3);
  event.set_sequence(number + 1);
  v1::Activity& activity = *event.mutable_activity();
  activity.set_channel(v1::CHANNEL_WEB_UPLOAD);
  activity.set_host("workstation-" + std::to_string(user));
  activity.set_user("user-" + std::to_string(user));
  activity.mutable_file()->set_path("/home/user/Documents/customers.ods");
  activity.mutable_file()->set_bytes(91'377);
  *activity.mutable_at() = contract::ToProto(kBegin + std::chrono::milliseconds(10 * number));
  const auto first = static_cast<std::uint32_t>(user * 7 % 1'000'000);
  const std::vector<std::uint32_t> records = {first, first + 11, first + 4000};
  event.mutable_inspection()->mutable_customers()->set_distinct(3);
  event.mutable_inspection()->mutable_customers()->set_records(customers::RecordSet(records).Serialize());
  return event;
}

double HeapMebibytes() {
  const auto heap = ::mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd) / kMebibyte;
}

void Measure(std::uint64_t keys) {
  auto compiled = policy::ReadPolicy(kPolicy, "bench");
  if (!compiled) std::abort();
  const double before = HeapMebibytes();
  threshold::ThresholdEngine engine(std::make_shared<const policy::CompiledPolicy>(*std::move(compiled)));
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kEventsOfEach * keys; ++i) {
    const auto observed = engine.Observe(MakeEvent(i % keys, i));
    if (observed.size() != 1 || observed[0].measured != 3) std::abort();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double used = HeapMebibytes() - before;
  const bool is_million = keys == 1'000'000;
  Row row{.id = "threshold_keys_" + std::to_string(keys),
          .what = "memory of " + std::to_string(keys) + " threshold keys alive, two events of three customers each",
          .value = used,
          .unit = "MiB",
          .lower_is_better = true};
  if (is_million) {
    row.at_least = 512;
    row.aim = 128;
  }
  Print(row);
  Print({.id = "threshold_key_bytes_" + std::to_string(keys),
         .what = "bytes a key, names of agents included",
         .value = used * kMebibyte / static_cast<double>(keys),
         .unit = "B"});
  Print({.id = "threshold_event_" + std::to_string(keys),
         .what = "microseconds to make an event and count it, " + std::to_string(keys) + " keys",
         .value = seconds * 1e6 / static_cast<double>(kEventsOfEach * keys),
         .unit = "us"});
}

}  // namespace
}  // namespace vigie::bench

int main() {
  for (const std::uint64_t keys : {10'000U, 100'000U, 1'000'000U}) vigie::bench::Measure(keys);
  return 0;
}
