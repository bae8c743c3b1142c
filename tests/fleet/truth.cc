#include "tests/fleet/truth.h"

#include "core/customers/record_set.h"

namespace vigie::fleet {
namespace {

// The thresholds of World::PolicyText.
constexpr std::uint64_t kCustomersOver = 60;
constexpr std::uint64_t kPrintsOver = 10;
constexpr std::uint64_t kFilesOver = 5;

}  // namespace

void Truth::AddAgent(std::uint32_t agent, const std::vector<LifeLength>& lives) {
  ExpectedAgent& expected = agents_[agent];
  for (const LifeLength& life : lives) {
    std::uint64_t skipped = 0;
    for (EventName name{agent, life.boot_epoch, 1}; name.sequence <= life.produced; ++name.sequence) {
      const Fate fate = world_.FateOf(name);
      if (fate == Fate::kSkipped) {
        ++skipped;
        continue;
      }
      expected.missing += std::exchange(skipped, 0);
      ++(fate == Fate::kRefused ? expected.rejected : expected.accepted);
      if (fate == Fate::kAccepted) AddEvent(world_.Make(name, "agent", {}));
    }
  }
}

void Truth::AddEvent(const v1::Event& event) {
  const v1::Activity& activity = event.activity();
  if (activity.channel() == v1::CHANNEL_LOCAL) return;
  std::vector<std::pair<std::string, std::string>> counted = {{"fleet-customers", "user=" + activity.user()}};
  if (activity.channel() == v1::CHANNEL_PRINT) counted.emplace_back("fleet-prints", "host=" + activity.host());
  if (activity.channel() == v1::CHANNEL_WEB_UPLOAD) {
    counted.emplace_back("fleet-files", "destination=" + activity.destination().name() + ",user=" + activity.user());
  }
  const std::vector<std::uint32_t> records =
      customers::RecordSet::Parse(event.inspection().customers().records()).value().Ids();
  for (const auto& key : counted) {
    Total& total = totals_[key];
    ++total.events;
    total.customers.insert(records.begin(), records.end());
    total.files.insert(activity.host() + activity.file().path());
  }
}

std::vector<ExpectedIncident> Truth::Incidents() const {
  std::vector<ExpectedIncident> incidents;
  for (const auto& [key, total] : totals_) {
    const auto& [rule, subject] = key;
    std::uint64_t measured = total.customers.size();
    std::uint64_t over = kCustomersOver;
    if (rule == "fleet-prints") {
      measured = total.events;
      over = kPrintsOver;
    } else if (rule == "fleet-files") {
      measured = total.files.size();
      over = kFilesOver;
    }
    if (measured > over) incidents.push_back({rule, subject, total.events, measured, total.customers.size()});
  }
  return incidents;
}

}  // namespace vigie::fleet
