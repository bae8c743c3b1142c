#include "server/integrations/outbox_writer.h"

#include <openssl/rand.h>

#include <algorithm>
#include <bit>

#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {

using base::Result;

namespace {

constexpr int kMostSensors = 8;
constexpr std::size_t kIdBytes = 16;

v1::GapNote ReadNote(const std::optional<std::string>& kept) {
  v1::GapNote note;
  // One that cannot be read is begun anew: the gaps themselves are listed elsewhere.
  if (kept && !note.ParseFromString(*kept)) note.Clear();
  return note;
}

void AddSensor(const std::string& sensor, v1::GapNote& note) {
  auto& sensors = *note.mutable_sensors();
  const bool known = std::ranges::find(sensors, sensor) != sensors.end();
  if (!known && !sensor.empty() && sensors.size() < kMostSensors) *sensors.Add() = sensor;
}

void AddGap(const v1::GapReport& gap, base::SystemTime now, v1::GapNote& note) {
  const auto at = [](const google::protobuf::Timestamp& time) { return contract::FromProto(time); };
  if (note.gaps() == 0) *note.mutable_noticed_at() = contract::ToProto(now);
  if (note.gaps() == 0 || at(gap.from()) < at(note.from())) *note.mutable_from() = gap.from();
  if (note.gaps() == 0 || at(gap.until()) > at(note.until())) *note.mutable_until() = gap.until();
  note.set_host(gap.host());
  note.set_gaps(note.gaps() + 1);
  note.set_lost(note.lost() + gap.lost());
  AddSensor(gap.sensor(), note);
}

bool HasDoubled(std::uint64_t before, std::uint64_t now) {
  return std::bit_width(now) > std::bit_width(before);
}

bool Wants(const Destination& destination, const v1::Incident& incident) {
  return destination.WantsIncidents() && incident.severity() >= destination.config.minimum_severity();
}

}  // namespace

std::optional<Change> ChangeOf(const std::optional<IncidentStanding>& before, const v1::Incident& incident) {
  if (incident.has_suppressed_by() || incident.state() == v1::INCIDENT_STATE_SUPPRESSED) return std::nullopt;
  if (!before) return Change::kOpened;
  const bool is_closed = incident.state() == v1::INCIDENT_STATE_CLOSED;
  if (is_closed != (before->state == v1::INCIDENT_STATE_CLOSED)) return is_closed ? Change::kClosed : Change::kReopened;
  const bool has_grown = HasDoubled(before->measured, incident.measured()) ||
                         HasDoubled(before->distinct_customers, incident.distinct_customers());
  return has_grown && !is_closed ? std::optional(Change::kGrown) : std::nullopt;
}

OutboxWriter::OutboxWriter(const std::vector<Destination>& destinations, const Pseudonyms& pseudonyms,
                           const base::Clock& clock, std::string version)
    : destinations_(destinations),
      pseudonyms_(pseudonyms),
      clock_(clock),
      version_(std::move(version)),
      wants_health_(std::ranges::any_of(destinations, &Destination::WantsHealth)) {
}

std::string OutboxWriter::NewId() {
  std::string bytes(kIdBytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return Hex(bytes);
}

Occasion OutboxWriter::NewOccasion() const {
  return {NewId(), clock_.Now(), version_};
}

Naming OutboxWriter::NamingOf(const Destination& destination) const {
  return {pseudonyms_, destination.config.users(), destination.config.hosts()};
}

Result<void> OutboxWriter::OnIncidentSaved(const std::optional<IncidentStanding>& before, const v1::Incident& incident,
                                           StoreTransaction& transaction) {
  if (destinations_.empty()) return {};
  const auto change = ChangeOf(before, incident);
  if (!change) return {};
  const Occasion occasion = NewOccasion();
  for (const Destination& destination : destinations_) {
    if (!Wants(destination, incident)) continue;
    const auto message = IncidentFinding(incident, *change, occasion, NamingOf(destination));
    if (auto appended = transaction.AppendMessage(destination.name(), message); !appended) return appended;
    appended_ = true;
  }
  return {};
}

Result<void> OutboxWriter::OnGapAdded(const v1::GapReport& gap, StoreTransaction& transaction) {
  if (!wants_health_) return {};
  const std::string key = "gap/" + gap.agent_id();
  const auto kept = transaction.FindNote(key);
  if (!kept) return kept.error();
  v1::GapNote note = ReadNote(*kept);
  AddGap(gap, clock_.Now(), note);
  return transaction.SaveNote(key, note.SerializeAsString());
}

Result<void> OutboxWriter::TellHealth(const HealthChange& health, StoreTransaction& transaction) {
  const Occasion occasion = NewOccasion();
  for (const Destination& destination : destinations_) {
    if (!destination.WantsHealth()) continue;
    const auto message = HealthFinding(health, occasion, NamingOf(destination));
    if (auto appended = transaction.AppendMessage(destination.name(), message); !appended) return appended;
  }
  return {};
}

}  // namespace vigie::server::integrations
