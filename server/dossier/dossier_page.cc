#include "server/dossier/dossier_page.h"

#include <string>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/dossier/html_page.h"

namespace vigie::server::dossier {
namespace {

using contract::NameOf;

template <typename Told>
std::string SourceOf(const Told& told) {
  return told.incident_ids().empty() ? "" : "(" + Join(told.incident_ids()) + ")";
}

std::string NoticeText(v1::SubjectNotice notice) {
  switch (notice) {
    case v1::SUBJECT_NOTICE_TOLD:
      return "they were told";
    case v1::SUBJECT_NOTICE_WILL_BE_TOLD:
      return "they will be told";
    case v1::SUBJECT_NOTICE_NO_HIGH_RISK:
      return "not told: no high risk to them, article 34(1)";
    case v1::SUBJECT_NOTICE_DATA_PROTECTED:
      return "not told: the data are unintelligible to who has them, article 34(3)(a)";
    case v1::SUBJECT_NOTICE_RISK_AVERTED:
      return "not told: measures taken since avert the high risk, article 34(3)(b)";
    case v1::SUBJECT_NOTICE_DISPROPORTIONATE:
      return "told in public: to tell each of them would be disproportionate, article 34(3)(c)";
    default:
      return "not decided yet";
  }
}

void WriteClock(const v1::Dossier& dossier, HtmlPage& page) {
  const v1::DossierContent& content = dossier.content();
  page.Begin("The breach and its clock, article 33(1)");
  page.Row("Dossier",
           dossier.id() + ", revision " + std::to_string(dossier.revision()) + ", " + NameOf(dossier.state()));
  page.Row("Incidents", Join(content.incident_ids()));
  page.Row("Aware since", TimeText(content.has_aware_at(), content.aware_at()));
  page.Row("How it became known", content.awareness());
  page.Row("72 hours end", TimeText(dossier.has_deadline(), dossier.deadline()));
  page.Row("Authority", content.authority(), content.authority_reference());
  if (!content.delay_reasons().empty()) page.Row("Reasons for the delay", content.delay_reasons());
  if (!content.not_notified_reason().empty()) page.Row("Why it is not notified", content.not_notified_reason());
  page.End();
}

void WriteContent(const v1::DossierContent& content, HtmlPage& page) {
  page.Begin("What the notification says, article 33(3)");
  page.Row("(a) Kind", KindNames(content));
  page.Row("(a) Nature", content.nature());
  page.Row("(a) Categories of data subjects", Join(content.subject_categories()));
  page.Row("(a) Approximate number of them",
           NumberText(content.has_approximate_subjects(), content.approximate_subjects()));
  page.Row("(a) Categories of records", Join(content.record_categories()));
  page.Row("(a) Approximate number of them",
           NumberText(content.has_approximate_records(), content.approximate_records()));
  const v1::DossierContact& contact = content.contact();
  page.Row("(b) Contact", contact.name());
  page.Row("(b) E-mail", contact.email());
  page.Row("(b) Telephone", contact.phone());
  page.Row("(c) Likely consequences", content.consequences());
  page.Row("(d) Measures", content.measures());
  page.End();
  page.Begin("The data subjects, article 34");
  page.Row("Decision", NoticeText(content.subject_notice()));
  page.Row("Why, or how", content.subject_notice_reason());
  page.Row("Told at", TimeText(content.has_subjects_told_at(), content.subjects_told_at()));
  page.End();
}

void WriteFacts(const v1::DossierFacts& facts, HtmlPage& page) {
  page.Begin("What the incidents show");
  page.Row("Distinct customers", std::to_string(facts.customers().value()), SourceOf(facts.customers()));
  page.Row("Records", std::to_string(facts.records().value()), SourceOf(facts.records()));
  page.Row("Events", std::to_string(facts.events().value()), SourceOf(facts.events()));
  page.Row("First event", TimeText(facts.first_event().has_at(), facts.first_event().at()),
           SourceOf(facts.first_event()));
  page.Row("Last event", TimeText(facts.last_event().has_at(), facts.last_event().at()), SourceOf(facts.last_event()));
  for (const v1::DossierChannel& channel : facts.channels())
    page.Row("Channel", NameOf(channel.channel()), SourceOf(channel));
  page.Row("As of", TimeText(facts.has_at(), facts.at()));
  page.End();
}

void WriteHistory(const v1::Dossier& dossier, HtmlPage& page) {
  page.Begin("Phases, article 33(4), and history");
  page.Row("Made", contract::FormatTime(dossier.created_at()), "by " + dossier.created_by());
  for (const v1::DossierSubmission& submission : dossier.submissions()) {
    page.Row(std::to_string(submission.number()) + ", " + NameOf(submission.phase()),
             contract::FormatTime(submission.notified_at()) + (submission.late() ? ", later than 72 hours" : ""),
             "entered " + contract::FormatTime(submission.at()) + " by " + submission.by());
  }
  page.Row("Last change", contract::FormatTime(dossier.updated_at()), "by " + dossier.updated_by());
  if (dossier.changed_since_submission()) page.Row("Not submitted yet", "the content above has changed since");
  if (dossier.has_closed_at()) {
    page.Row("Closed", contract::FormatTime(dossier.closed_at()), "by " + dossier.closed_by());
    page.Row("Closed because", dossier.closed_reason());
  }
  page.End();
}

}  // namespace

std::string WritePage(const v1::Dossier& dossier) {
  HtmlPage page(dossier.content().title().empty() ? dossier.id() : dossier.content().title());
  WriteClock(dossier, page);
  WriteContent(dossier.content(), page);
  WriteFacts(dossier.facts(), page);
  WriteHistory(dossier, page);
  return page.Finish();
}

}  // namespace vigie::server::dossier
