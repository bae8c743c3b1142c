#include "tests/fleet/world.h"

#include <vector>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"

namespace vigie::fleet {
namespace {

constexpr std::uint32_t kPortfolio = 2000;  // customers that a user works with
constexpr std::uint32_t kProbeCustomers = 100;
constexpr std::string_view kProbePrefix = "probe-";

// What a draw decides: each decision about an event is independent of the others.
enum class Decision : std::uint64_t { kFate = 1, kActivity, kCustomers, kClock, kBreakage, kUrgency };

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014): a generator of the
// standard library would take longer to seed than an event to make.
class Chance {
 public:
  Chance(const WorldPlan& plan, const EventName& name, Decision decision) : state_(plan.seed) {
    for (const std::uint64_t word :
         {std::uint64_t{name.agent}, name.boot_epoch, name.sequence, static_cast<std::uint64_t>(decision)}) {
      state_ = Next() ^ word;
    }
  }
  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  std::uint32_t Below(std::uint64_t bound) { return static_cast<std::uint32_t>(Next() % bound); }

 private:
  std::uint64_t state_;
};

std::uint32_t HowMany(Chance& chance) {
  const std::uint32_t kind = chance.Below(1000);
  if (kind < 450) return 0;
  if (kind < 980) return 1 + chance.Below(5);
  return 20 + chance.Below(40);
}

void SetWayOut(Chance& chance, v1::Activity& activity) {
  struct WayOut {
    v1::ActivityKind kind;
    v1::Channel channel;
    const char* destination_kind;
  };
  static constexpr WayOut kWaysOut[] = {
      {v1::ACTIVITY_KIND_COPY, v1::CHANNEL_REMOVABLE_MEDIA, "medium"},
      {v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_WEB_UPLOAD, "url"},
      {v1::ACTIVITY_KIND_UPLOAD, v1::CHANNEL_NETWORK_TRANSFER, "host"},
      {v1::ACTIVITY_KIND_PRINT, v1::CHANNEL_PRINT, "printer"},
      {v1::ACTIVITY_KIND_COPY, v1::CHANNEL_CLOUD_SYNC, "folder"},
  };
  activity.set_kind(v1::ACTIVITY_KIND_OPEN);
  activity.set_channel(v1::CHANNEL_LOCAL);
  if (chance.Below(100) < 70) return;
  const WayOut& out = kWaysOut[chance.Below(std::size(kWaysOut))];
  activity.set_kind(out.kind);
  activity.set_channel(out.channel);
  activity.mutable_destination()->set_kind(out.destination_kind);
  activity.mutable_destination()->set_name(std::string(out.destination_kind) + "-" + std::to_string(chance.Below(3)));
}

void SetProcess(Chance& chance, v1::Process& process) {
  process.set_pid(static_cast<std::int32_t>(2 + chance.Below(30'000)));
  process.set_start_time(chance.Below(1'000'000));
  process.set_exe("/usr/lib/libreoffice/program/soffice.bin");
  process.set_command_line("soffice.bin --calc report.ods");
  process.add_parents("/usr/bin/bash");
  process.add_parents("/usr/bin/gnome-shell");
}

}  // namespace

Fate World::FateOf(const EventName& name) const {
  if (!plan_.hostile) return Fate::kAccepted;
  switch (Chance(plan_, name, Decision::kFate).Below(200)) {
    case 0:
      return Fate::kRefused;
    case 1:
      return Fate::kSkipped;
    default:
      return Fate::kAccepted;
  }
}

bool World::IsProbe(const EventName& name) const {
  return plan_.probe_every != 0 && name.sequence % plan_.probe_every == 0 && FateOf(name) == Fate::kAccepted;
}

bool World::IsUrgent(const EventName& name) const {
  return IsProbe(name) || Chance(plan_, name, Decision::kUrgency).Below(20) == 0;
}

std::string World::HostOf(std::uint32_t agent) {
  return "workstation-" + std::to_string(agent);
}

std::string World::UserOf(std::uint32_t agent) const {
  const std::uint32_t users = plan_.agents - plan_.agents / 11;
  return "user-" + std::to_string(agent % users);
}

std::string World::ProbeUser(const EventName& name) {
  return std::string(kProbePrefix) + std::to_string(name.agent) + "-" + std::to_string(name.boot_epoch) + "-" +
         std::to_string(name.sequence);
}

bool World::IsProbeUser(std::string_view user) {
  return user.starts_with(kProbePrefix);
}

std::chrono::nanoseconds World::ClockErrorOf(std::uint32_t agent, std::uint64_t boot_epoch) const {
  const auto most = std::chrono::duration_cast<std::chrono::seconds>(plan_.clock_error).count();
  if (most == 0) return {};
  Chance chance(plan_, {agent, boot_epoch, 0}, Decision::kClock);
  return std::chrono::seconds(static_cast<std::int64_t>(chance.Below(static_cast<std::uint64_t>(2 * most))) - most);
}

v1::Event World::Make(const EventName& name, const std::string& agent_id, base::SystemTime at) const {
  v1::Event event;
  event.set_agent_id(agent_id);
  event.set_boot_epoch(name.boot_epoch);
  event.set_sequence(name.sequence);
  event.set_verdict(v1::VERDICT_AUDIT);
  event.set_rule("customers-watched");
  event.set_policy_version(1);
  SetActivity(name, at, event);
  SetCustomers(name, event);
  if (FateOf(name) == Fate::kRefused) Break(name, event);
  return event;
}

void World::SetActivity(const EventName& name, base::SystemTime at, v1::Event& event) const {
  Chance chance(plan_, name, Decision::kActivity);
  v1::Activity& activity = *event.mutable_activity();
  SetWayOut(chance, activity);
  SetProcess(chance, *activity.mutable_process());
  activity.set_host(HostOf(name.agent));
  activity.set_user(UserOf(name.agent));
  activity.set_uid(1000);
  *activity.mutable_at() = contract::ToProto(at + ClockErrorOf(name.agent, name.boot_epoch));
  activity.set_monotonic_ns(name.sequence);
  const std::uint32_t file = chance.Below(200);
  activity.mutable_file()->set_path("/home/user/Documents/report-" + std::to_string(file) + ".ods");
  activity.mutable_file()->set_bytes(91'377);
  activity.mutable_file()->set_device(8);
  activity.mutable_file()->set_inode(file + 2);
  if (!IsProbe(name)) return;
  activity.set_user(ProbeUser(name));
  activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
}

void World::SetCustomers(const EventName& name, v1::Event& event) const {
  Chance chance(plan_, name, Decision::kCustomers);
  v1::Inspection& inspection = *event.mutable_inspection();
  inspection.set_media_type("application/vnd.oasis.opendocument.spreadsheet");
  inspection.set_bytes(91'377);
  inspection.set_evaluated(v1::EVALUATED_FULL);
  const std::uint32_t wanted = IsProbe(name) ? kProbeCustomers : HowMany(chance);
  const auto portfolio =
      static_cast<std::uint32_t>(std::uint64_t{name.agent} * (kPortfolio / 2) % (plan_.customers - kPortfolio));
  customers::RecordSet records;
  while (records.size() < wanted) records.Add(1 + portfolio + chance.Below(kPortfolio));
  if (records.empty()) return;
  inspection.mutable_customers()->set_distinct(records.size());
  inspection.mutable_customers()->set_records(records.Serialize());
  inspection.mutable_customers()->set_ledger("00112233445566778899aabbccddeeff");
  v1::ClassFinding& found = *inspection.add_classes();
  found.set_class_("email_address");
  found.set_matches(records.size());
  found.set_distinct(records.size());
}

void World::Break(const EventName& name, v1::Event& event) const {
  Chance chance(plan_, name, Decision::kBreakage);
  switch (chance.Below(6)) {
    case 0:
      return event.mutable_activity()->set_host("another-workstation");
    case 1:
      return event.set_agent_id("00000000000000000000000000000000");
    case 2:
      return event.mutable_inspection()->mutable_customers()->set_records("no record set");
    case 3:
      return event.mutable_inspection()->mutable_customers()->set_distinct(4'000'000'000U);
    case 4:
      return event.mutable_activity()->set_user(std::string(300, 'u'));
    default:
      return event.mutable_activity()->mutable_at()->set_seconds(5'000'000'000);  // the year 2128
  }
}

std::string World::PolicyText(std::uint32_t version) {
  return "version: " + std::to_string(version) + R"(
thresholds:
  - id: fleet-customers
    when: {channels: [removable_media, web_upload, network_transfer, print, cloud_sync]}
    measure: distinct_customers
    per: [user]
    window: 30d
    over: 60
    severity: high
  - id: fleet-prints
    when: {channels: [print]}
    measure: events
    per: [host]
    window: 30d
    over: 10
    severity: medium
  - id: fleet-files
    when: {channels: [web_upload]}
    measure: distinct_files
    per: [destination, user]
    window: 30d
    over: 5
    severity: low
)";
}

}  // namespace vigie::fleet
