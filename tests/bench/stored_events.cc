#include "tests/bench/stored_events.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"

namespace vigie::bench {
namespace {

constexpr std::uint32_t kPortfolio = 20'000;
constexpr std::uint32_t kLeaker = 7;
constexpr std::uint64_t kBatch = 1000;
constexpr std::uint64_t kEventsForOneInShadow = 100;

std::uint32_t PortfolioBegin(const StoredEventsPlan& plan, std::uint32_t user) {
  return static_cast<std::uint32_t>(std::uint64_t{user} * (plan.customers - kPortfolio) / plan.users);
}

std::uint32_t RecordsInOne(std::mt19937_64& random) {
  const auto kind = random() % 100;
  if (kind < 20) return 0;
  if (kind < 75) return 1 + static_cast<std::uint32_t>(random() % 5);
  if (kind < 97) return 10 + static_cast<std::uint32_t>(random() % 90);
  return 100 + static_cast<std::uint32_t>(random() % 900);
}

void SetCustomers(const std::vector<std::uint32_t>& records, v1::Event& event) {
  const customers::RecordSet set(records);
  v1::CustomerFinding& finding = *event.mutable_inspection()->mutable_customers();
  finding.set_distinct(set.size());
  finding.set_records(set.Serialize());
  finding.set_ledger("00112233445566778899aabbccddeeff");
  for (const char* name : {"email_address", "phone_number"}) {
    v1::ClassFinding& found = *event.mutable_inspection()->add_classes();
    found.set_class_(name);
    found.set_matches(set.size());
    found.set_distinct(set.size());
  }
}

v1::Event MakeEvent(std::uint64_t number, std::uint32_t user, base::SystemTime at) {
  static constexpr v1::Channel kChannels[] = {v1::CHANNEL_LOCAL,           v1::CHANNEL_LOCAL,      v1::CHANNEL_LOCAL,
                                              v1::CHANNEL_REMOVABLE_MEDIA, v1::CHANNEL_WEB_UPLOAD, v1::CHANNEL_PRINT,
                                              v1::CHANNEL_NETWORK_SHARE};
  v1::Event event;
  event.set_agent_id("agent-" + std::to_string(user));
  event.set_boot_epoch(1);
  event.set_sequence(number + 1);
  const bool in_shadow = number % kEventsForOneInShadow == 0;
  event.set_verdict(in_shadow ? v1::VERDICT_BLOCK : v1::VERDICT_AUDIT);
  event.set_rule(in_shadow ? "would-refuse" : "customers-watched");
  event.set_shadow(in_shadow);
  event.set_policy_version(7);
  v1::Activity& activity = *event.mutable_activity();
  activity.set_kind(v1::ACTIVITY_KIND_WRITE);
  activity.set_channel(kChannels[number % std::size(kChannels)]);
  activity.set_host("workstation-" + std::to_string(user));
  activity.set_user("user-" + std::to_string(user));
  activity.set_uid(1000);
  *activity.mutable_at() = contract::ToProto(at);
  activity.set_monotonic_ns(number);
  activity.mutable_process()->set_pid(4711);
  activity.mutable_process()->set_exe("/usr/lib/libreoffice/program/soffice.bin");
  activity.mutable_process()->set_command_line("soffice.bin --calc /home/user/Documents/report.ods");
  activity.mutable_process()->add_parents("/usr/bin/bash");
  activity.mutable_process()->add_parents("/usr/bin/gnome-shell");
  activity.mutable_file()->set_path("/home/user/Documents/Reports/customers-" + std::to_string(number % 977) + ".ods");
  activity.mutable_file()->set_bytes(91'377);
  activity.mutable_file()->set_device(8);
  activity.mutable_file()->set_inode(number % 977 + 2);
  event.mutable_inspection()->set_media_type("application/vnd.oasis.opendocument.spreadsheet");
  event.mutable_inspection()->set_bytes(91'377);
  event.mutable_inspection()->set_evaluated(v1::EVALUATED_FULL);
  *event.mutable_received_at() = contract::ToProto(at + std::chrono::milliseconds(80));
  return event;
}

void Append(server::SqliteStore& store, const std::vector<v1::Event>& events) {
  const auto written = store.Write([&](server::StoreTransaction& transaction) -> base::Result<void> {
    for (const v1::Event& event : events) {
      if (auto kept = transaction.AppendEvent(event, event.activity().host()); !kept) return kept;
    }
    return {};
  });
  if (written) return;
  std::cerr << "store: " << written.error().message << "\n";
  std::abort();
}

}  // namespace

StoredEventsPlan PlanFor(std::uint64_t events) {
  return {.events = events, .users = static_cast<std::uint32_t>(std::max<std::uint64_t>(50, events / 5000))};
}

std::vector<std::uint32_t> Leaked(const StoredEventsPlan& plan) {
  std::mt19937_64 random(1584);
  customers::RecordSet leaked;
  while (leaked.size() < 1584) {
    leaked.Add(1 + PortfolioBegin(plan, kLeaker) + static_cast<std::uint32_t>(random() % kPortfolio));
  }
  return leaked.Ids();
}

void FillStore(server::SqliteStore& store, const StoredEventsPlan& plan, const SeeEvent& each) {
  std::mt19937_64 random(42);
  const auto step =
      std::chrono::nanoseconds(std::chrono::hours(24)) * plan.days / static_cast<std::int64_t>(plan.events);
  std::vector<v1::Event> batch;
  for (std::uint64_t i = 0; i < plan.events; ++i) {
    const base::SystemTime at = plan.begin + step * static_cast<std::int64_t>(i);
    const bool leak = i + plan.events / plan.days / 2 == plan.events;
    const auto user = leak ? kLeaker : static_cast<std::uint32_t>(random() % plan.users);
    std::vector<std::uint32_t> records(leak ? 0 : RecordsInOne(random));
    for (std::uint32_t& record : records) {
      record = 1 + PortfolioBegin(plan, user) + static_cast<std::uint32_t>(random() % kPortfolio);
    }
    if (leak) records = Leaked(plan);
    batch.push_back(MakeEvent(i, user, at));
    if (!records.empty()) SetCustomers(records, batch.back());
    if (each) each(batch.back());
    if (batch.size() < kBatch && i + 1 < plan.events) continue;
    Append(store, batch);
    batch.clear();
  }
}

}  // namespace vigie::bench
