#include "tests/fleet/fleet.h"

#include <algorithm>

namespace vigie::fleet {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kTick = milliseconds(5);
constexpr std::uint64_t kMostForgotten = 50;  // acknowledgements that a crash undoes

nanoseconds Interval(double per_second) {
  return duration_cast<nanoseconds>(duration<double>(1 / per_second));
}

}  // namespace

Fleet::Fleet(FleetParts parts, FleetPlan plan, std::vector<AgentCredentials> credentials)
    : parts_(std::move(parts)), plan_(plan), random_(std::mt19937_64(parts_.world.plan().seed)) {
  parts_.on_lost = [this](std::uint32_t agent, bool welcomed) { TryAgain(agent, welcomed); };
  for (std::uint32_t i = 0; i < credentials.size(); ++i) {
    back_offs_.emplace_back([this] { return std::uniform_real_distribution<double>(0, 1)(*random_.Lock()); });
    agents_.push_back(std::make_unique<SimulatedAgent>(parts_, i, std::move(credentials[i])));
  }
}

Fleet::~Fleet() {
  Stop();
}

void Fleet::Start() {
  for (std::uint32_t i = 0; i < agents_.size(); ++i) {
    Add(Kind::kConnect, i, Share(plan_.spread));
    Add(Kind::kBeat, i, Share(plan_.heartbeat));
    if (plan_.events_per_second > 0) Add(Kind::kProduce, i, Share(ProduceInterval()));
  }
  AddRandom(Kind::kCrash, plan_.crashes_per_second);
  AddRandom(Kind::kDrop, plan_.drops_per_second);
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Fleet::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto now = parts_.clock.SteadyNow();
    std::vector<Due> due;
    {
      auto schedule = schedule_.Lock();
      while (!schedule->empty() && schedule->top().at <= now) {
        due.push_back(schedule->top());
        schedule->pop();
      }
    }
    for (const Due& each : due) Do(each);
    // What is done may make something due by now.
    if (due.empty()) std::this_thread::sleep_for(kTick);
  }
}

void Fleet::Do(const Due& due) {
  switch (due.kind) {
    case Kind::kConnect:
      return agents_[due.agent]->Connect();
    case Kind::kBeat:
      agents_[due.agent]->Beat();
      return Add(Kind::kBeat, due.agent, plan_.heartbeat);
    case Kind::kProduce:
      if (!producing_) return;
      agents_[due.agent]->Produce(plan_.burst);
      // From when it was due: a tick may be longer than the interval, and the rate would not be reached.
      return schedule_.Lock()->push({due.at + ProduceInterval(), Kind::kProduce, due.agent});
    case Kind::kCrash:
      if (!producing_) return;
      agents_[due.agent]->Crash((*random_.Lock())() % kMostForgotten);
      return AddRandom(Kind::kCrash, plan_.crashes_per_second);
    case Kind::kDrop:
      if (!producing_) return;
      agents_[due.agent]->Drop();
      return AddRandom(Kind::kDrop, plan_.drops_per_second);
  }
}

void Fleet::Add(Kind kind, std::uint32_t agent, nanoseconds delay) {
  schedule_.Lock()->push({parts_.clock.SteadyNow() + delay, kind, agent});
}

nanoseconds Fleet::ProduceInterval() const {
  return Interval(plan_.events_per_second / static_cast<double>(agents_.size()) / plan_.burst);
}

void Fleet::AddRandom(Kind kind, double per_second) {
  if (per_second <= 0) return;
  const auto agent = static_cast<std::uint32_t>((*random_.Lock())() % agents_.size());
  Add(kind, agent, Share(2 * Interval(per_second)));
}

nanoseconds Fleet::Share(nanoseconds whole) {
  auto random = random_.Lock();
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(whole.count()) *
                                               std::uniform_real_distribution<double>(0, 1)(*random)));
}

// On gRPC's threads.
void Fleet::TryAgain(std::uint32_t agent, bool welcomed) {
  if (welcomed) back_offs_[agent].Reset();
  Add(Kind::kConnect, agent, back_offs_[agent].Next());
}

void Fleet::DropAll() {
  for (const auto& agent : agents_) agent->Drop();
}

std::uint64_t Fleet::waiting() const {
  std::uint64_t events = 0;
  for (const auto& agent : agents_) events += agent->waiting();
  return events;
}

bool Fleet::drained() const {
  return std::ranges::all_of(agents_, [](const auto& agent) { return agent->drained(); });
}

void Fleet::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  for (const auto& agent : agents_) agent->Stop();
  const auto gone = [](const auto& agent) { return !agent->connected(); };
  while (!std::ranges::all_of(agents_, gone)) std::this_thread::sleep_for(kTick);
}

}  // namespace vigie::fleet
