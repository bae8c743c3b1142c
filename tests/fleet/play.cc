#include "tests/fleet/play.h"

#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "tests/fleet/attackers.h"
#include "tests/fleet/check.h"
#include "tests/fleet/fleet.h"
#include "tests/fleet/incident_watcher.h"

namespace vigie::fleet {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Seconds = std::chrono::duration<double>;

volatile std::sig_atomic_t asked_to_end = 0;

constexpr auto kStep = std::chrono::milliseconds(20);
constexpr auto kProgressStep = std::chrono::seconds(2);
constexpr std::size_t kMostShown = 50;

Result<std::string> ReadText(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kNotFound, path + ": cannot be read"};
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// Everything of one run, made in the order in which it is needed.
class Run {
 public:
  Run(const Options& options, std::ostream& err) : options_(options), err_(err), context_{.out = err, .err = err} {
    context_.collector = options.collector;
    context_.ca_file = options.ca_file;
    context_.token_file = options.token_file;
    context_.insecure_loopback = options.insecure_loopback;
  }

  Result<void> Prepare();
  Result<void> Perform();
  Result<void> Check();
  nlohmann::ordered_json Report() const;
  bool good() const { return problems_.empty(); }

 private:
  Result<void> PushPolicy();
  Result<void> Enroll();
  void MakeFleet();
  // Whether it came true in time.
  bool WaitFor(const char* what, Seconds patience, const std::function<bool()>& condition);
  void Produce();
  Result<Answers> Ask();

  const Options& options_;
  std::ostream& err_;
  cli::Context context_;
  base::SystemClock clock_;
  Endpoint endpoint_;
  std::string api_token_;
  std::unique_ptr<cli::CollectorChannel> collector_;
  std::vector<AgentCredentials> credentials_;
  std::optional<World> world_;
  std::optional<Measurements> measurements_;
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<Attackers> attackers_;
  double connected_after_ = 0;
  double drained_after_ = 0;
  std::vector<std::string> problems_;
};

Result<void> Run::Prepare() {
  auto ca = ReadText(options_.ca_file);
  if (!ca) return ca.error().Wrap("--ca");
  auto token = ReadText(options_.token_file);
  if (!token) return token.error().Wrap("--token-file");
  endpoint_ = {options_.collector, *std::move(ca), options_.insecure_loopback};
  api_token_ = FirstLine(*token);
  auto collector = cli::CollectorChannel::Open(context_);
  if (!collector) return collector.error();
  collector_ = std::move(*collector);
  if (auto pushed = PushPolicy(); !pushed) return pushed;
  if (auto enrolled = Enroll(); !enrolled) return enrolled;
  MakeFleet();
  return {};
}

Result<void> Run::PushPolicy() {
  if (!options_.push_policy) return {};
  v1::PushPolicyRequest request;
  const auto present = collector_->GetPolicy({});
  request.set_text(World::PolicyText(present ? present->policy().version() + 1 : 1));
  const auto pushed = collector_->PushPolicy(request);
  return pushed ? Result<void>() : pushed.error().Wrap("policy");
}

Result<void> Run::Enroll() {
  EnrollmentPlan plan;
  plan.agents = options_.agents + options_.attackers;
  plan.file = options_.credentials_file;
  plan.progress = [this](std::uint32_t done) {
    if (done % 1000 == 0) err_ << fmt::format("vigie-fleet: {} workstations are enrolled\n", done) << std::flush;
  };
  plan.token = [this](std::uint32_t uses) -> Result<std::string> {
    v1::CreateEnrollmentTokenRequest request;
    request.set_uses(uses);
    const auto token = collector_->CreateEnrollmentToken(request);
    if (!token) return token.error();
    return token->token();
  };
  auto enrolled = EnrollFleet(endpoint_, plan);
  if (!enrolled) return enrolled.error();
  credentials_ = *std::move(enrolled);
  return {};
}

void Run::MakeFleet() {
  world_.emplace(WorldPlan{.seed = options_.seed,
                           .agents = options_.agents,
                           .hostile = options_.hostile,
                           .clock_error = std::chrono::hours(options_.clock_error_hours),
                           .probe_every = options_.probe_every});
  measurements_.emplace(clock_, options_.agents);
  const FleetPlan plan{.events_per_second = options_.flood > 0 ? 0 : options_.rate,
                       .burst = options_.burst,
                       .crashes_per_second = options_.crashes,
                       .drops_per_second = options_.drops,
                       .spread = std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(options_.spread))};
  std::vector<AgentCredentials> workstations(credentials_.begin(), credentials_.begin() + options_.agents);
  fleet_ =
      std::make_unique<Fleet>(FleetParts{endpoint_, *world_, clock_, *measurements_, options_.batch, {}, options_.sign},
                              plan, std::move(workstations));
  for (const auto& agent : fleet_->agents()) agent->Prepare(options_.flood);
}

bool Run::WaitFor(const char* what, Seconds patience, const std::function<bool()>& condition) {
  const auto begin = clock_.SteadyNow();
  auto told = begin;
  while (!condition()) {
    const auto now = clock_.SteadyNow();
    if (now - begin > patience) return false;
    if (now - told > kProgressStep) {
      told = now;
      err_ << fmt::format("vigie-fleet: {}: {} of {} connected, {} events acknowledged, {} wait\n", what,
                          measurements_->connected(), options_.agents, measurements_->acknowledged(), fleet_->waiting())
           << std::flush;
    }
    std::this_thread::sleep_for(kStep);
  }
  return true;
}

Result<void> Run::Perform() {
  std::optional<IncidentWatcher> watcher;
  if (options_.probe_every > 0) watcher.emplace(endpoint_, api_token_, *measurements_);
  if (options_.attackers > 0) {
    attackers_ = std::make_unique<Attackers>(
        endpoint_, std::vector<AgentCredentials>(credentials_.begin() + options_.agents, credentials_.end()));
  }
  const auto begin = clock_.SteadyNow();
  fleet_->Start();
  const Seconds patience(options_.patience);
  if (!WaitFor("connecting", patience, [this] { return measurements_->connected() == options_.agents; })) {
    return Error{ErrorCode::kUnavailable, fmt::format("only {} of {} workstations could connect within {} s",
                                                      measurements_->connected(), options_.agents, options_.patience)};
  }
  connected_after_ = Seconds(clock_.SteadyNow() - begin).count();
  measurements_->BeginAnew();
  const auto start = clock_.SteadyNow();
  Produce();
  fleet_->StopProducing();
  if (!WaitFor("draining", patience, [this] { return fleet_->drained(); })) {
    problems_.push_back(
        fmt::format("{} events were not acknowledged within {} s", fleet_->waiting(), options_.patience));
  }
  drained_after_ = Seconds(clock_.SteadyNow() - start).count();
  if (watcher && !WaitFor("watching", patience, [this] { return measurements_->unseen_probes() == 0; })) {
    problems_.push_back(fmt::format("{} incidents were not seen by their watcher", measurements_->unseen_probes()));
  }
  if (attackers_) attackers_->Stop();
  return {};
}

void Run::Produce() {
  if (options_.flood > 0) {
    for (const auto& agent : fleet_->agents()) agent->Produce(options_.flood);
    return;
  }
  auto next_storm = clock_.SteadyNow() + std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(options_.storm));
  const auto end = clock_.SteadyNow() + std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(options_.seconds));
  WaitFor("running", Seconds(options_.seconds + options_.patience), [&] {
    const auto now = clock_.SteadyNow();
    if (options_.storm > 0 && now >= next_storm && now < end) {
      fleet_->DropAll();
      next_storm = now + std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(options_.storm));
    }
    return now >= end || asked_to_end != 0;
  });
}

Result<Answers> Run::Ask() {
  Answers answers;
  v1::ListAgentsRequest fleet;
  fleet.set_page_size(1000);
  do {
    auto page = collector_->ListAgents(fleet);
    if (!page) return page.error().Wrap("agents");
    answers.agents.insert(answers.agents.end(), page->agents().begin(), page->agents().end());
    fleet.set_page_token(page->next_page_token());
  } while (!fleet.page_token().empty());
  v1::ListIncidentsRequest request;
  request.set_page_size(1000);
  do {
    auto page = collector_->ListIncidents(request);
    if (!page) return page.error().Wrap("incidents");
    answers.incidents.insert(answers.incidents.end(), page->incidents().begin(), page->incidents().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return answers;
}

Result<void> Run::Check() {
  fleet_->Stop();
  if (attackers_) {
    for (const auto& [name, times] : attackers_->succeeded()) {
      problems_.push_back(fmt::format("attack not refused, {} times: {}", times, name));
    }
  }
  if (!options_.check) return {};
  const auto answers = Ask();
  if (!answers) return answers.error();
  Truth truth(*world_);
  std::vector<std::string> ids;
  for (std::uint32_t i = 0; i < options_.agents; ++i) {
    truth.AddAgent(i, fleet_->agents()[i]->lives());
    ids.push_back(fleet_->agents()[i]->id());
  }
  const auto differences = Differences(*answers, truth, ids);
  problems_.insert(problems_.end(), differences.begin(), differences.end());
  return {};
}

nlohmann::ordered_json Json(const Percentiles& percentiles) {
  return {{"samples", percentiles.samples}, {"p50", percentiles.p50}, {"p99", percentiles.p99}};
}

nlohmann::ordered_json Run::Report() const {
  nlohmann::ordered_json report = {
      {"agents", options_.agents},
      {"connected_after_seconds", connected_after_},
      {"acknowledged_events", measurements_->acknowledged()},
      {"seconds", drained_after_},
      {"events_per_second", static_cast<double>(measurements_->acknowledged()) / drained_after_},
      {"rejected_events", measurements_->rejected()},
      {"ahead_events", measurements_->ahead()},
      {"acknowledgement_milliseconds", Json(measurements_->Acknowledgements())},
      {"incident_milliseconds", Json(measurements_->Incidents())},
      {"connections", measurements_->connections()}};
  report["losses"] = measurements_->losses();
  report["outages"] = nlohmann::json::array();
  for (const Outage& outage : measurements_->outages()) {
    report["outages"].push_back({{"seconds", outage.seconds}, {"lost_connections", outage.lost_connections}});
  }
  if (attackers_) report["attacks_refused"] = attackers_->refused();
  const std::size_t shown = std::min(problems_.size(), kMostShown);
  report["problems"] =
      std::vector<std::string>(problems_.begin(), problems_.begin() + static_cast<std::ptrdiff_t>(shown));
  report["more_problems"] = problems_.size() - shown;
  return report;
}

}  // namespace

Result<bool> Play(const Options& options, std::ostream& out, std::ostream& err) {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, [](int) { asked_to_end = 1; });
  }
  Run run(options, err);
  if (auto prepared = run.Prepare(); !prepared) return prepared.error();
  if (auto performed = run.Perform(); !performed) return performed.error();
  if (auto checked = run.Check(); !checked) return checked.error();
  out << run.Report().dump() << "\n" << std::flush;
  return run.good();
}

}  // namespace vigie::fleet
