#include "server/dossier/dossier_facts.h"

#include <map>
#include <string>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"
#include "server/dossier/dossier_checks.h"
#include "server/dossier/wording.h"

namespace vigie::server::dossier {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

void Note(bool better, const google::protobuf::Timestamp& at, const std::string& incident, v1::DossierMoment& moment) {
  if (moment.has_at() && !better) return;
  *moment.mutable_at() = at;
  moment.clear_incident_ids();
  moment.add_incident_ids(incident);
}

void NoteTimes(const v1::Incident& incident, v1::DossierFacts& facts) {
  const auto time = [](const google::protobuf::Timestamp& at) { return contract::FromProto(at); };
  const auto first = time(incident.first_event_at());
  const auto last = time(incident.last_event_at());
  Note(first < time(facts.first_event().at()), incident.first_event_at(), incident.id(), *facts.mutable_first_event());
  Note(last > time(facts.last_event().at()), incident.last_event_at(), incident.id(), *facts.mutable_last_event());
}

void Add(std::uint64_t value, const std::string& incident, v1::DossierCount& count) {
  if (value == 0) return;
  count.set_value(count.value() + value);
  count.add_incident_ids(incident);
}

// The incidents by name, if a title has room for them.
std::string TitleOf(const v1::DossierContent& content, const Wording& words) {
  const auto& ids = content.incident_ids();
  std::string title = words.Title(Join(ids));
  if (title.size() <= kMostNameBytes) return title;
  return words.TitleOfMany(ids.Get(0), static_cast<std::uint64_t>(ids.size() - 1));
}

}  // namespace

Result<v1::DossierFacts> FactsOf(const std::vector<v1::Incident>& incidents, base::SystemTime now) {
  v1::DossierFacts facts;
  *facts.mutable_at() = contract::ToProto(now);
  customers::RecordSet all;
  std::map<v1::Channel, v1::DossierChannel> channels;
  for (const v1::Incident& incident : incidents) {
    const auto records = customers::RecordSet::Parse(incident.records());
    if (!records) return Error{ErrorCode::kDataLoss, "store: the records of " + incident.id() + " cannot be read"};
    all.Unite(*records);
    Add(records->size(), incident.id(), *facts.mutable_customers());
    Add(incident.events(), incident.id(), *facts.mutable_events());
    NoteTimes(incident, facts);
    for (const int channel : incident.channels())
      channels[static_cast<v1::Channel>(channel)].add_incident_ids(incident.id());
  }
  facts.mutable_customers()->set_value(all.size());
  *facts.mutable_records() = facts.customers();
  for (auto& [channel, told] : channels) {
    told.set_channel(channel);
    *facts.add_channels() = std::move(told);
  }
  return facts;
}

void Prefill(const v1::DossierFacts& facts, base::SystemTime now, v1::DossierContent& content) {
  const Wording& words = WordingOf(content.language());
  if (content.title().empty()) content.set_title(TitleOf(content, words));
  if (!content.has_aware_at()) *content.mutable_aware_at() = contract::ToProto(now);
  if (content.kinds().empty()) content.add_kinds(v1::BREACH_KIND_CONFIDENTIALITY);
  if (content.nature().empty()) content.set_nature(words.Nature(facts, content));
  if (!content.has_approximate_subjects()) content.set_approximate_subjects(facts.customers().value());
  if (!content.has_approximate_records()) content.set_approximate_records(facts.records().value());
}

void FollowFacts(const v1::Dossier& former, const v1::DossierFacts& facts, v1::DossierContent& content) {
  const auto filled_in = [](const v1::DossierContent& of, const v1::DossierFacts& from) {
    v1::DossierContent empty;
    *empty.mutable_incident_ids() = of.incident_ids();
    empty.set_language(of.language());
    Prefill(from, {}, empty);
    return empty;
  };
  const v1::DossierContent then = filled_in(former.content(), former.facts());
  const v1::DossierContent now = filled_in(content, facts);
  if (content.title() == then.title()) content.set_title(now.title());
  if (content.nature() == then.nature()) content.set_nature(now.nature());
  const bool same_subjects =
      content.has_approximate_subjects() && content.approximate_subjects() == then.approximate_subjects();
  if (same_subjects) content.set_approximate_subjects(now.approximate_subjects());
  const bool same_records =
      content.has_approximate_records() && content.approximate_records() == then.approximate_records();
  if (same_records) content.set_approximate_records(now.approximate_records());
}

}  // namespace vigie::server::dossier
