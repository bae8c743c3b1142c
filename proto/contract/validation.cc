#include "proto/contract/validation.h"

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "proto/contract/time_conversion.h"

namespace vigie::contract {
namespace {

constexpr std::int64_t kEarliestSecond = 1'577'836'800;  // 2020-01-01T00:00:00Z
constexpr std::int64_t kLatestSecond = 7'258'118'400;    // 2200-01-01T00:00:00Z
constexpr std::size_t kMaxAgentIdBytes = 64;
constexpr std::size_t kMaxAddressBytes = 253;
constexpr std::uint32_t kMaxPort = 65535;
constexpr int kMaxClasses = 200;
constexpr int kMaxSamples = 3;
constexpr int kMaxReasons = 32;
constexpr int kMaxSensors = 64;
constexpr int kMaxBlocks = 256;  // agent_service.proto

bool IsAgentId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxAgentIdBytes &&
         std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool IsSane(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kEarliestSecond && time.seconds() < kLatestSecond && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}

// Remembers the first rule that does not hold.
class Checker {
 public:
  void Require(bool holds, std::string_view field, std::string_view rule) {
    if (holds || fault_) return;
    fault_ = base::Error{base::ErrorCode::kInvalidArgument, std::string(field) + ": " + std::string(rule)};
  }

  void Text(std::string_view value, std::string_view field, std::size_t limit) {
    if (value.size() > limit) Require(false, field, "longer than " + std::to_string(limit) + " bytes");
  }

  void Name(std::string_view value, std::string_view field, std::size_t limit) {
    Require(!value.empty(), field, "must not be empty");
    Text(value, field, limit);
  }

  void Count(int size, std::string_view field, int limit) {
    if (size > limit) Require(false, field, "more than " + std::to_string(limit) + " elements");
  }

  void Time(bool present, const google::protobuf::Timestamp& time, std::string_view field) {
    Require(present, field, "must be given");
    Require(IsSane(time), field, "must be a time between 2020 and 2200");
  }

  // Proto3 keeps numbers that this build has no name for.
  template <typename E>
  void Known(E value, std::string_view field) {
    const auto* type = google::protobuf::GetEnumDescriptor<E>();
    Require(static_cast<int>(value) != 0, field, "must be specified");
    Require(type->FindValueByNumber(static_cast<int>(value)) != nullptr, field,
            "is a value that this version does not know");
  }

  base::Result<void> result() const {
    if (fault_) return *fault_;
    return {};
  }

 private:
  std::optional<base::Error> fault_;
};

void CheckProcess(const v1::Process& process, Checker& check) {
  check.Text(process.exe(), "activity.process.exe", kMaxPathBytes);
  check.Text(process.command_line(), "activity.process.command_line", kMaxCommandLineBytes);
  check.Count(process.parents_size(), "activity.process.parents", kMaxParents);
  for (const std::string& parent : process.parents()) check.Text(parent, "activity.process.parents", kMaxPathBytes);
  check.Count(process.readers_size(), "activity.process.readers", kMaxParents);
  for (const std::string& reader : process.readers()) check.Text(reader, "activity.process.readers", kMaxPathBytes);
}

void CheckFile(const v1::File& file, Checker& check) {
  check.Text(file.path(), "activity.file.path", kMaxPathBytes);
  check.Text(file.previous_path(), "activity.file.previous_path", kMaxPathBytes);
  check.Text(file.origin(), "activity.file.origin", kMaxPathBytes);
}

void CheckDestination(const v1::Destination& destination, Checker& check) {
  check.Text(destination.kind(), "activity.destination.kind", kMaxNameBytes);
  check.Text(destination.name(), "activity.destination.name", kMaxPathBytes);
  check.Text(destination.address(), "activity.destination.address", kMaxAddressBytes);
  check.Require(destination.port() <= kMaxPort, "activity.destination.port", "must be at most 65535");
}

void CheckActivity(const v1::Activity& activity, Checker& check) {
  check.Known(activity.kind(), "activity.kind");
  check.Known(activity.channel(), "activity.channel");
  check.Name(activity.host(), "activity.host", kMaxHostBytes);
  check.Text(activity.user(), "activity.user", kMaxUserBytes);
  check.Time(activity.has_at(), activity.at(), "activity.at");
  CheckProcess(activity.process(), check);
  CheckFile(activity.file(), check);
  CheckDestination(activity.destination(), check);
}

void CheckGap(const v1::Gap& gap, Checker& check) {
  check.Name(gap.sensor(), "gap.sensor", kMaxNameBytes);
  check.Name(gap.reason(), "gap.reason", kMaxReasonBytes);
  check.Time(gap.has_from(), gap.from(), "gap.from");
  check.Time(gap.has_until(), gap.until(), "gap.until");
  const auto order = [](const auto& time) { return std::pair(time.seconds(), time.nanos()); };
  check.Require(order(gap.from()) <= order(gap.until()), "gap.until", "must not be before gap.from");
  check.Count(gap.never_sent_size(), "gap.never_sent", kMaxGapRanges);
  for (const v1::SequenceRange& range : gap.never_sent()) {
    check.Require(range.boot_epoch() >= 1 && range.first() >= 1, "gap.never_sent", "must begin at 1 or later");
    check.Require(range.first() <= range.last(), "gap.never_sent", "must not end before it begins");
  }
}

void CheckClass(const v1::ClassFinding& finding, Checker& check) {
  check.Name(finding.class_(), "inspection.classes.class", kMaxNameBytes);
  check.Count(finding.masked_samples_size(), "inspection.classes.masked_samples", kMaxSamples);
  for (const std::string& sample : finding.masked_samples()) {
    check.Text(sample, "inspection.classes.masked_samples", kMaxNameBytes);
  }
}

void CheckDerivation(const v1::Derivation& derivation, Checker& check) {
  check.Name(derivation.path(), "inspection.derived_from.path", kMaxPathBytes);
  check.Count(derivation.events_size(), "inspection.derived_from.events", kMaxLineage);
  for (const std::string& id : derivation.events()) check.Name(id, "inspection.derived_from.events", kMaxNameBytes);
}

void CheckInspection(const v1::Inspection& inspection, Checker& check) {
  check.Text(inspection.media_type(), "inspection.media_type", kMaxNameBytes);
  check.Known(inspection.evaluated(), "inspection.evaluated");
  check.Count(inspection.reasons_size(), "inspection.reasons", kMaxReasons);
  for (const int reason : inspection.reasons()) check.Known(static_cast<v1::Reason>(reason), "inspection.reasons");
  check.Count(inspection.classes_size(), "inspection.classes", kMaxClasses);
  for (const v1::ClassFinding& finding : inspection.classes()) CheckClass(finding, check);
  if (inspection.has_derived_from()) CheckDerivation(inspection.derived_from(), check);
  const double milliseconds = inspection.milliseconds();
  check.Require(std::isfinite(milliseconds) && milliseconds >= 0, "inspection.milliseconds",
                "must be a number, not negative");
}

void CheckLineage(const v1::Event& event, Checker& check) {
  check.Count(event.lineage_size(), "lineage", kMaxLineage);
  for (const std::string& id : event.lineage()) check.Name(id, "lineage", kMaxNameBytes);
}

void CheckWhat(const v1::Event& event, Checker& check) {
  switch (event.what_case()) {
    case v1::Event::kActivity:
      check.Known(event.verdict(), "verdict");
      return CheckActivity(event.activity(), check);
    case v1::Event::kGap:
      return CheckGap(event.gap(), check);
    case v1::Event::WHAT_NOT_SET:
      return check.Require(false, "what", "must be an activity or a gap");
  }
}

}  // namespace

base::Result<void> ValidateEvent(const v1::Event& event) {
  Checker check;
  // First: nothing below has to fear a giant.
  check.Require(event.ByteSizeLong() <= kMaxEventBytes, "event", "larger than 1 MiB");
  check.Require(IsAgentId(event.agent_id()), "agent_id", "must be 1 to 64 of a-z, 0-9 and -");
  check.Require(event.boot_epoch() >= 1, "boot_epoch", "must be at least 1");
  check.Require(event.sequence() >= 1, "sequence", "must be at least 1");
  CheckWhat(event, check);
  if (event.has_inspection()) CheckInspection(event.inspection(), check);
  check.Text(event.rule(), "rule", kMaxNameBytes);
  CheckLineage(event, check);
  return check.result();
}

base::Result<void> ValidateHello(const v1::Hello& hello) {
  Checker check;
  check.Require(IsAgentId(hello.agent_id()), "agent_id", "must be 1 to 64 of a-z, 0-9 and -");
  check.Name(hello.host(), "host", kMaxHostBytes);
  check.Text(hello.operating_system(), "operating_system", kMaxNameBytes);
  check.Text(hello.kernel(), "kernel", kMaxNameBytes);
  check.Text(hello.version(), "version", kMaxNameBytes);
  check.Require(hello.boot_epoch() >= 1, "boot_epoch", "must be at least 1");
  check.Time(hello.has_at(), hello.at(), "at");
  return check.result();
}

base::Result<void> ValidateHeartbeat(const v1::Heartbeat& heartbeat) {
  Checker check;
  check.Time(heartbeat.has_at(), heartbeat.at(), "at");
  check.Count(heartbeat.sensors_size(), "sensors", kMaxSensors);
  for (const v1::SensorHealth& sensor : heartbeat.sensors()) {
    check.Name(sensor.name(), "sensors.name", kMaxNameBytes);
    check.Known(sensor.state(), "sensors.state");
    check.Text(sensor.reason(), "sensors.reason", kMaxReasonBytes);
  }
  check.Count(heartbeat.blocks_size(), "blocks", kMaxBlocks);
  for (const std::string& order : heartbeat.blocks()) check.Name(order, "blocks", kMaxNameBytes);
  return check.result();
}

std::chrono::nanoseconds ClockOffsetOf(const v1::Event& event) {
  const std::int64_t seconds = event.clock_offset().seconds();
  constexpr std::int64_t kMost = std::chrono::seconds(kMaxClockOffset).count();
  if (seconds > kMost || seconds < -kMost) return {};
  return FromProto(event.clock_offset());
}

base::SystemTime HappenedAt(const v1::Event& event) {
  const auto& said = event.has_activity() ? event.activity().at() : event.gap().until();
  const base::SystemTime at = FromProto(said) + ClockOffsetOf(event);
  return event.has_received_at() ? std::min(at, FromProto(event.received_at())) : at;
}

std::string EventId(const v1::Event& event) {
  return event.agent_id() + "/" + std::to_string(event.boot_epoch()) + "/" + std::to_string(event.sequence());
}

}  // namespace vigie::contract
