#include "server/dossier/controller_notice.h"

#include "server/dossier/html_page.h"

namespace vigie::server::dossier {
namespace {

void WriteParties(const v1::Dossier& dossier, const v1::ExportDossierRequest& request, const Wording& words,
                  HtmlPage& page) {
  const Labels& labels = words.labels();
  const v1::DossierContact& contact = dossier.content().contact();
  page.Begin(labels.parties);
  page.Row(labels.to_controller, request.controller());
  page.Row(labels.from_processor, request.processor());
  page.Row(labels.contact, contact.name());
  page.Row(labels.email, contact.email());
  page.Row(labels.telephone, contact.phone());
  page.Row(labels.reference, dossier.id() + ", " + words.Revision(dossier.revision()));
  page.End();
}

// The moments that the controller's own clock may depend on.
void WriteTimes(const v1::Dossier& dossier, const Labels& labels, HtmlPage& page) {
  const v1::DossierFacts& facts = dossier.facts();
  page.Begin(labels.when);
  page.Time(labels.processor_aware, dossier.content().has_aware_at(), dossier.content().aware_at());
  page.Row(labels.how_known, dossier.content().awareness());
  page.Time(labels.first_event, facts.first_event().has_at(), facts.first_event().at());
  page.Time(labels.last_event, facts.last_event().has_at(), facts.last_event().at());
  page.End();
}

void WriteBreach(const v1::Dossier& dossier, const Wording& words, HtmlPage& page) {
  const Labels& labels = words.labels();
  const v1::DossierContent& content = dossier.content();
  page.Begin(labels.breach);
  page.Row(labels.kind, words.Kinds(content));
  page.Row(labels.nature, content.nature());
  page.Row(labels.ways_out, words.Channels(dossier.facts()));
  page.Row(labels.subject_categories, Join(content.subject_categories()));
  page.Number(labels.subjects, content.has_approximate_subjects(), content.approximate_subjects());
  page.Number(labels.customers_seen, true, dossier.facts().customers().value());
  page.Row(labels.record_categories, Join(content.record_categories()));
  page.Number(labels.records, content.has_approximate_records(), content.approximate_records());
  page.Row(labels.consequences, content.consequences());
  page.Row(labels.measures_proposed, content.measures());
  page.End();
}

}  // namespace

std::string WriteControllerNotice(const v1::Dossier& dossier, const v1::ExportDossierRequest& request) {
  const Wording& words = WordingOf(dossier.content().language());
  HtmlPage page(words, words.labels().notice_title);
  page.Paragraph(words.labels().notice_text);
  WriteParties(dossier, request, words, page);
  WriteTimes(dossier, words.labels(), page);
  WriteBreach(dossier, words, page);
  return page.Finish();
}

}  // namespace vigie::server::dossier
