#include "server/api/channel_coverage.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie::server::api {
namespace {

using Sensors = std::vector<std::string_view>;

// What an agent needs for one channel (agent/README.md, The ways out).
struct Needs {
  v1::Channel channel;
  Sensors seeing;    // without one of these nothing is seen
  Sensors widening;  // without one of these not everything is seen
  Sensors stopping;  // without one of these not everything that is seen can be stopped
  v1::CoverageLimit limit = v1::COVERAGE_LIMIT_UNSPECIFIED;
};

const std::array<Needs, 15>& Table() {
  static const Sensors kOpens = {"file_events", "inspector"};
  static const Sensors kPlaces = {"file_events", "inspector", "removable_media"};
  static const Sensors kLineage = {"process_events", "derived_files"};
  constexpr auto kNoSensor = v1::COVERAGE_LIMIT_NO_SENSOR;
  constexpr auto kByProgram = v1::COVERAGE_LIMIT_BY_PROGRAM;
  static const std::array<Needs, 15> table = {{
      {v1::CHANNEL_LOCAL, kOpens, kLineage, {}, v1::COVERAGE_LIMIT_MOVED_FILES},
      {v1::CHANNEL_REMOVABLE_MEDIA, kPlaces, kLineage, {"write_guard"}},
      {v1::CHANNEL_WEB_UPLOAD, {}, {}, {}, kNoSensor},
      {v1::CHANNEL_WEB_DOWNLOAD, {}, {}, {}, kNoSensor},
      {v1::CHANNEL_NETWORK_TRANSFER, kOpens, {"process_events", "derived_files", "network_guard"}, {"network_guard"}},
      {v1::CHANNEL_NETWORK_SHARE, kPlaces, kLineage, {"write_guard"}},
      {v1::CHANNEL_CLOUD_SYNC, kOpens, kLineage, {}, v1::COVERAGE_LIMIT_MOVED_FILES},
      {v1::CHANNEL_EMAIL, kOpens, kLineage, {"network_guard"}, kByProgram},
      {v1::CHANNEL_PRINT, kOpens, kLineage, {}, kByProgram},
      {v1::CHANNEL_CLIPBOARD, {}, {}, {}, kNoSensor},
      {v1::CHANNEL_ARCHIVE, kOpens, kLineage, {}, kByProgram},
      {v1::CHANNEL_SCREENSHOT, kOpens, kLineage, {}, kByProgram},
      {v1::CHANNEL_BLUETOOTH, kOpens, kLineage, {}, kByProgram},
      {v1::CHANNEL_REMOTE_DESKTOP, kOpens, kLineage, {}, kByProgram},
      {v1::CHANNEL_VERSION_CONTROL, kOpens, kLineage, {"network_guard"}, kByProgram},
  }};
  return table;
}

// Unspecified if it was not reported.
v1::SensorState StateOf(const v1::AgentStatus& status, std::string_view sensor) {
  const auto found = std::ranges::find(status.sensors(), sensor, &v1::SensorHealth::name);
  return found == status.sensors().end() ? v1::SENSOR_STATE_UNSPECIFIED : found->state();
}

class Coverage {
 public:
  Coverage(const v1::AgentStatus& status, const Needs& needs) : status_(status) {
    coverage_.set_channel(needs.channel);
    coverage_.set_limit(needs.limit);
    if (needs.limit == v1::COVERAGE_LIMIT_NO_SENSOR) state_ = v1::SENSOR_STATE_UNSUPPORTED;
    for (const auto sensor : needs.seeing) Require(sensor);
    for (const auto sensor : needs.widening) Prefer(sensor);
    if (needs.limit == v1::COVERAGE_LIMIT_BY_PROGRAM) Degrade();
    coverage_.set_seen(state_);
    for (const auto sensor : needs.stopping) Prefer(sensor);
    if (needs.limit == v1::COVERAGE_LIMIT_MOVED_FILES) Degrade();
    coverage_.set_blocked(state_);
  }

  v1::ChannelCoverage Take() { return std::move(coverage_); }

 private:
  void Require(std::string_view sensor) {
    const auto state = StateOf(status_, sensor);
    if (state == v1::SENSOR_STATE_RUNNING) return;
    Limit(sensor);
    if (state_ == v1::SENSOR_STATE_UNSUPPORTED || state_ == v1::SENSOR_STATE_UNSPECIFIED) return;
    state_ = state;
  }
  void Prefer(std::string_view sensor) {
    if (StateOf(status_, sensor) == v1::SENSOR_STATE_RUNNING) return;
    Limit(sensor);
    Degrade();
  }
  void Degrade() {
    if (state_ == v1::SENSOR_STATE_RUNNING) state_ = v1::SENSOR_STATE_DEGRADED;
  }
  void Limit(std::string_view sensor) {
    if (std::ranges::find(coverage_.limited_by(), sensor) != coverage_.limited_by().end()) return;
    coverage_.add_limited_by(std::string(sensor));
  }

  const v1::AgentStatus& status_;
  v1::ChannelCoverage coverage_;
  v1::SensorState state_ = v1::SENSOR_STATE_RUNNING;
};

}  // namespace

void DescribeCoverage(v1::AgentStatus& status) {
  status.clear_channels();
  if (status.sensors().empty()) return;
  for (const Needs& needs : Table()) *status.add_channels() = Coverage(status, needs).Take();
}

}  // namespace vigie::server::api
