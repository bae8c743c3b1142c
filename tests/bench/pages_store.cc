// Fills STATE/collector.db as years of work leave it, for pages_bench.py: invented people, the store's own code.
// usage: pages_store STATE EVENTS AGENTS INCIDENTS. Prints one line of JSON: what a page asks for.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/customers/record_set.h"
#include "platform/base/clock.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/rollup_book.h"
#include "tests/bench/stored_events.h"

namespace vigie::bench {
namespace {

constexpr std::uint64_t kInOneTransaction = 1000;
constexpr std::size_t kEventsOfAnIncident = 60;
constexpr std::uint64_t kOpenIncidents = 200;
constexpr std::uint64_t kAuditEntries = 50'000;
constexpr std::uint64_t kDossiers = 100;

template <typename T>
void Demand(const base::Result<T>& result) {
  if (result) return;
  std::cerr << result.error().message << "\n";
  std::abort();
}

// Runs `add(transaction, i)` for each i below `count`, some thousand in a transaction.
template <typename Add>
void InBatches(server::SqliteStore& store, std::uint64_t count, Add add) {
  for (std::uint64_t begin = 0; begin < count; begin += kInOneTransaction) {
    Demand(store.Write([&](server::StoreTransaction& transaction) -> base::Result<void> {
      for (std::uint64_t i = begin; i < std::min(count, begin + kInOneTransaction); ++i) {
        if (auto added = add(transaction, i); !added) return added;
      }
      return {};
    }));
  }
}

// Who exported something: his latest events, and the customers in them.
class IncidentMaker {
 public:
  IncidentMaker(std::uint64_t events, std::uint64_t incidents)
      : every_(std::max<std::uint64_t>(1, events / incidents)), incidents_(incidents) {}

  void See(const v1::Event& event) {
    Recent& recent = recent_[event.activity().user()];
    recent.ids.push_back(contract::EventId(event));
    if (recent.ids.size() > kEventsOfAnIncident) recent.ids.pop_front();
    if (++seen_ % every_ == 0 && made_.size() < incidents_) made_.push_back(Make(event, recent));
  }
  struct Made {
    v1::Incident incident;
    std::vector<std::string> event_ids;
  };
  const std::vector<Made>& made() const { return made_; }

 private:
  struct Recent {
    std::deque<std::string> ids;
    customers::RecordSet records;
  };

  Made Make(const v1::Event& event, Recent& recent) {
    recent.records.Unite(customers::RecordSet::Parse(event.inspection().customers().records()).value());
    for (std::uint32_t i = 0; i < 300; ++i)
      recent.records.Add(1 + (static_cast<std::uint32_t>(seen_) * 31 + i * 97) % 20'000);
    const std::uint64_t number = made_.size() + 1;
    v1::Incident incident;
    incident.set_id("inc-" + std::to_string(number));
    incident.set_rule("rule-" + std::to_string(number % 50));
    incident.set_subject("user=" + event.activity().user());
    incident.set_user(event.activity().user());
    incident.set_host(event.activity().host());
    incident.set_severity(static_cast<v1::Severity>(1 + number % 4));
    incident.add_channels(event.activity().channel());
    incident.add_processes(event.activity().process().exe());
    *incident.mutable_opened_at() = event.received_at();
    *incident.mutable_updated_at() = event.received_at();
    *incident.mutable_first_event_at() = event.activity().at();
    *incident.mutable_last_event_at() = event.activity().at();
    incident.set_events(recent.ids.size());
    incident.set_measured(recent.records.size());
    incident.set_distinct_customers(recent.records.size());
    incident.set_records(recent.records.Serialize());
    for (const std::string& id : recent.ids) incident.add_event_ids(id);
    const bool open = number + kOpenIncidents > incidents_ && open_.insert(incident.rule() + incident.subject()).second;
    incident.set_state(open ? v1::INCIDENT_STATE_OPEN : v1::INCIDENT_STATE_CLOSED);
    return {std::move(incident), {recent.ids.begin(), recent.ids.end()}};
  }

  const std::uint64_t every_;
  const std::uint64_t incidents_;
  std::uint64_t seen_ = 0;
  std::map<std::string, Recent> recent_;  // by user
  std::set<std::string> open_;
  std::vector<Made> made_;
};

server::AgentRecord AgentOf(std::uint64_t number, base::SystemTime now) {
  server::AgentRecord agent;
  v1::AgentStatus& status = agent.status;
  status.set_id("agent-" + std::to_string(number));
  status.set_host("workstation-" + std::to_string(number));
  agent.enrolled_host = status.host();
  status.set_operating_system("Debian GNU/Linux 12");
  status.set_kernel("6.1.0-" + std::to_string(number % 30));
  status.set_version("1." + std::to_string(number % 7) + ".0");
  status.set_policy_version(static_cast<std::uint32_t>(number % 5));
  status.set_events(number * 37 % 10'000);
  *status.mutable_enrolled_at() = contract::ToProto(now - std::chrono::hours(24 * 90));
  if (number % 50 != 0) *status.mutable_last_seen_at() = contract::ToProto(now - std::chrono::seconds(number * 7));
  if (number % 200 == 0) *status.mutable_revoked_at() = contract::ToProto(now);
  for (const char* name : {"file_events", "kernel_sensors", "clipboard", "print", "mounts", "browser", "write_guard"}) {
    v1::SensorHealth& sensor = *status.add_sensors();
    sensor.set_name(name);
    sensor.set_state(number % 9 == 0 ? v1::SENSOR_STATE_DEGRADED : v1::SENSOR_STATE_RUNNING);
    sensor.set_produced(number);
    sensor.set_delivered(number);
  }
  return agent;
}

v1::GapReport GapOf(std::uint64_t number, std::uint64_t gaps, base::SystemTime now) {
  const auto age = std::chrono::nanoseconds(std::chrono::hours(24 * 90)) / static_cast<std::int64_t>(gaps) *
                   static_cast<std::int64_t>(gaps - number);
  v1::GapReport gap;
  gap.set_kind(v1::GAP_KIND_TOLD);
  gap.set_agent_id("agent-" + std::to_string(number));
  gap.set_host("workstation-" + std::to_string(number));
  gap.set_sensor("file_events");
  gap.set_reason("the queue of the kernel overflowed");
  *gap.mutable_from() = contract::ToProto(now - age - std::chrono::seconds(30));
  *gap.mutable_until() = contract::ToProto(now - age);
  gap.set_first_sequence(number);
  gap.set_last_sequence(number);
  return gap;
}

v1::AuditEntry AuditOf(std::uint64_t number, base::SystemTime now) {
  v1::AuditEntry entry;
  *entry.mutable_at() = contract::ToProto(now - std::chrono::minutes(kAuditEntries - number));
  entry.set_who("analyst-" + std::to_string(number % 12));
  entry.set_role("analyst");
  entry.set_method(number % 3 == 0 ? "EventService/QueryEvents" : "IncidentService/GetIncident");
  entry.set_access(v1::AUDIT_ACCESS_READ);
  entry.set_asked("{\"id\":\"inc-" + std::to_string(number % 5000) + "\"}");
  entry.set_outcome("OK");
  entry.set_customers(300);
  return entry;
}

base::Result<void> AddIncident(server::StoreTransaction& transaction, const IncidentMaker::Made& made) {
  if (auto saved = transaction.SaveIncident(made.incident, made.event_ids); !saved) return saved;
  for (int i = 0; i < 3; ++i) {
    v1::IncidentEntry entry;
    entry.set_incident_id(made.incident.id());
    entry.set_kind(v1::INCIDENT_ENTRY_KIND_COMMENT);
    *entry.mutable_at() = made.incident.opened_at();
    entry.set_who("analyst");
    entry.set_text("asked the user: an export for a mailing that his manager had ordered");
    if (auto added = transaction.AppendIncidentEntry(entry); !added) return added.error();
  }
  return {};
}

base::Result<void> AddDossier(server::StoreTransaction& transaction, const v1::Incident& incident) {
  auto id = transaction.NextDossierId();
  if (!id) return id.error();
  v1::Dossier dossier;
  dossier.set_id(*id);
  dossier.set_state(v1::DOSSIER_STATE_DRAFT);
  *dossier.mutable_created_at() = incident.opened_at();
  dossier.mutable_content()->set_title("Export by " + incident.user());
  dossier.mutable_content()->add_incident_ids(incident.id());
  return transaction.SaveDossier(dossier);
}

void FillTheRest(server::SqliteStore& store, const IncidentMaker& incidents, std::uint64_t agents,
                 base::SystemTime now) {
  const auto& made = incidents.made();
  InBatches(store, made.size(), [&](auto& transaction, auto i) { return AddIncident(transaction, made[i]); });
  InBatches(store, agents, [&](auto& transaction, auto i) { return transaction.SaveAgent(AgentOf(i, now)); });
  InBatches(store, agents / 2,
            [&](auto& transaction, auto i) { return transaction.AddGap(GapOf(i, agents / 2, now)); });
  InBatches(store, kAuditEntries, [&](auto& transaction, auto i) { return transaction.AppendAudit(AuditOf(i, now)); });
  InBatches(store, std::min<std::uint64_t>(kDossiers, made.size()),
            [&](auto& transaction, auto i) { return AddDossier(transaction, made[made.size() - 1 - i].incident); });
}

int Run(const std::string& state, std::uint64_t events, std::uint64_t agents, std::uint64_t incidents) {
  const base::SystemClock clock;
  const base::SystemTime now = clock.Now();
  auto store = server::SqliteStore::Open(state + "/collector.db");
  Demand(store);
  StoredEventsPlan plan = PlanFor(events);
  plan.begin = now - std::chrono::hours(24) * plan.days;
  IncidentMaker maker(events, incidents);
  FillStore(**store, plan, [&](const v1::Event& event) { maker.See(event); });
  FillTheRest(**store, maker, agents, now);
  // As a collector leaves it that has run meanwhile.
  Demand(server::RollupBook(**store, clock).WorkAhead([] { return false; }));
  const v1::Incident& newest = maker.made().back().incident;
  std::cout << nlohmann::json{{"end", now.time_since_epoch().count() / 1'000'000'000},
                              {"incident", newest.id()},
                              {"user", newest.user()},
                              {"host", newest.host()},
                              {"dossier", "dos-1"}}
                   .dump()
            << "\n";
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: pages_store STATE EVENTS AGENTS INCIDENTS\n";
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  return vigie::bench::Run(argv[1], number(2), number(3), number(4));
}
