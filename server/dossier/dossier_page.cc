#include "server/dossier/dossier_page.h"

#include <string>

#include "server/dossier/html_page.h"

namespace vigie::server::dossier {
namespace {

template <typename Told>
std::string SourceOf(const Told& told) {
  return told.incident_ids().empty() ? "" : "(" + Join(told.incident_ids()) + ")";
}

void WriteClock(const v1::Dossier& dossier, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  const v1::DossierContent& content = dossier.content();
  page.Begin(labels.clock);
  page.Row(labels.dossier,
           dossier.id() + ", " + words.Revision(dossier.revision()) + ", " + words.Name(dossier.state()));
  page.Row(labels.incidents, Join(content.incident_ids()));
  page.Time(labels.aware_since, content.has_aware_at(), content.aware_at());
  page.Row(labels.how_known, content.awareness());
  page.Time(labels.deadline, dossier.has_deadline(), dossier.deadline());
  page.Row(labels.authority, content.authority(), content.authority_reference());
  if (!content.delay_reasons().empty()) page.Row(labels.delay_reasons, content.delay_reasons());
  if (!content.not_notified_reason().empty()) page.Row(labels.not_notified_reason, content.not_notified_reason());
  page.End();
}

// Under the letters of article 33(3).
void WriteNotification(const v1::DossierContent& content, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  const auto under = [&](std::string_view letter, std::string_view label) {
    return words.Point(letter) + ' ' + std::string(label);
  };
  page.Begin(labels.notification);
  page.Row(under("a", labels.kind), words.Kinds(content));
  page.Row(under("a", labels.nature), content.nature());
  page.Row(under("a", labels.subject_categories), Join(content.subject_categories()));
  page.Number(under("a", labels.subjects), content.has_approximate_subjects(), content.approximate_subjects());
  page.Row(under("a", labels.record_categories), Join(content.record_categories()));
  page.Number(under("a", labels.records), content.has_approximate_records(), content.approximate_records());
  const v1::DossierContact& contact = content.contact();
  page.Row(under("b", labels.contact), contact.name());
  page.Row(under("b", labels.email), contact.email());
  page.Row(under("b", labels.telephone), contact.phone());
  page.Row(under("c", labels.consequences), content.consequences());
  page.Row(under("d", labels.measures), content.measures());
  page.End();
}

void WriteSubjects(const v1::DossierContent& content, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  page.Begin(labels.data_subjects);
  page.Row(labels.decision, words.Name(content.subject_notice()));
  page.Row(labels.why_or_how, content.subject_notice_reason());
  page.Time(labels.told_at, content.has_subjects_told_at(), content.subjects_told_at());
  page.End();
}

void WriteFacts(const v1::DossierFacts& facts, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  page.Begin(labels.facts);
  page.Row(labels.distinct_customers, words.Number(facts.customers().value()), SourceOf(facts.customers()));
  page.Row(labels.fact_records, words.Number(facts.records().value()), SourceOf(facts.records()));
  page.Row(labels.events, words.Number(facts.events().value()), SourceOf(facts.events()));
  page.Time(labels.first_event, facts.first_event().has_at(), facts.first_event().at(), SourceOf(facts.first_event()));
  page.Time(labels.last_event, facts.last_event().has_at(), facts.last_event().at(), SourceOf(facts.last_event()));
  for (const v1::DossierChannel& channel : facts.channels())
    page.Row(labels.channel, words.Name(channel.channel()), SourceOf(channel));
  page.Time(labels.as_of, facts.has_at(), facts.at());
  page.End();
}

void WriteHistory(const v1::Dossier& dossier, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  page.Begin(labels.history);
  page.Time(labels.made, true, dossier.created_at(), words.By(dossier.created_by()));
  for (const v1::DossierSubmission& submission : dossier.submissions()) {
    page.Row(std::to_string(submission.number()) + ", " + words.Name(submission.phase()),
             words.Time(submission.notified_at()) + (submission.late() ? std::string(labels.late) : ""),
             words.Entered(submission.at(), submission.by()));
  }
  page.Time(labels.last_change, true, dossier.updated_at(), words.By(dossier.updated_by()));
  if (dossier.changed_since_submission()) page.Row(labels.not_submitted, std::string(labels.changed_since));
  if (dossier.has_closed_at()) {
    page.Time(labels.closed, true, dossier.closed_at(), words.By(dossier.closed_by()));
    page.Row(labels.closed_reason, dossier.closed_reason());
  }
  page.End();
}

}  // namespace

std::string WritePage(const v1::Dossier& dossier) {
  const v1::DossierContent& content = dossier.content();
  const Wording& words = WordingOf(content.language());
  HtmlPage page(words, content.title().empty() ? dossier.id() : content.title());
  WriteClock(dossier, words, page);
  WriteNotification(content, words, page);
  WriteSubjects(content, words, page);
  WriteFacts(dossier.facts(), words, page);
  WriteHistory(dossier, words, page);
  return page.Finish();
}

}  // namespace vigie::server::dossier
