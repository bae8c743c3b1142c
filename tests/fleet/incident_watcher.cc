#include "tests/fleet/incident_watcher.h"

#include <chrono>

namespace vigie::fleet {
namespace {

constexpr std::string_view kUserPrefix = "user=";
constexpr auto kPause = std::chrono::milliseconds(200);

}  // namespace

IncidentWatcher::IncidentWatcher(const Endpoint& endpoint, const std::string& api_token, Measurements& measurements)
    : api_token_(api_token),
      measurements_(measurements),
      stub_(v1::IncidentService::NewStub(OpenChannel(endpoint, {}))),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {
}

IncidentWatcher::~IncidentWatcher() = default;

void IncidentWatcher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Watch(stop);
    std::this_thread::sleep_for(kPause);
  }
}

void IncidentWatcher::Watch(const std::stop_token& stop) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + api_token_);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  const auto stream = stub_->WatchIncidents(&context, {});
  v1::Incident incident;
  while (stream->Read(&incident)) {
    const std::string& subject = incident.subject();
    if (subject.starts_with(kUserPrefix)) measurements_.NoteProbeSeen(subject.substr(kUserPrefix.size()));
  }
  stream->Finish();
}

}  // namespace vigie::fleet
