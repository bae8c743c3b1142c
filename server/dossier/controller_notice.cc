#include "server/dossier/controller_notice.h"

#include "proto/contract/enum_names.h"
#include "server/dossier/html_page.h"

namespace vigie::server::dossier {
namespace {

void WriteParties(const v1::Dossier& dossier, const v1::ExportDossierRequest& request, HtmlPage& page) {
  const v1::DossierContact& contact = dossier.content().contact();
  page.Begin("From the processor to the controller");
  page.Row("To the controller", request.controller());
  page.Row("From the processor", request.processor());
  page.Row("Contact", contact.name());
  page.Row("E-mail", contact.email());
  page.Row("Telephone", contact.phone());
  page.Row("Reference", dossier.id() + ", revision " + std::to_string(dossier.revision()));
  page.End();
}

// The moments that the controller's own clock may depend on.
void WriteTimes(const v1::Dossier& dossier, HtmlPage& page) {
  const v1::DossierFacts& facts = dossier.facts();
  page.Begin("When");
  page.Row("The processor is aware since", TimeText(dossier.content().has_aware_at(), dossier.content().aware_at()));
  page.Row("How it became known", dossier.content().awareness());
  page.Row("First event", TimeText(facts.first_event().has_at(), facts.first_event().at()));
  page.Row("Last event", TimeText(facts.last_event().has_at(), facts.last_event().at()));
  page.End();
}

std::string ChannelNames(const v1::DossierFacts& facts) {
  std::vector<std::string> names;
  for (const v1::DossierChannel& channel : facts.channels()) names.push_back(contract::NameOf(channel.channel()));
  return Join(names);
}

void WriteBreach(const v1::Dossier& dossier, HtmlPage& page) {
  const v1::DossierContent& content = dossier.content();
  page.Begin("The breach");
  page.Row("Kind", KindNames(content));
  page.Row("Nature", content.nature());
  page.Row("Ways out", ChannelNames(dossier.facts()));
  page.Row("Categories of data subjects", Join(content.subject_categories()));
  page.Row("Approximate number of them",
           NumberText(content.has_approximate_subjects(), content.approximate_subjects()));
  page.Row("Distinct customers that were seen", std::to_string(dossier.facts().customers().value()));
  page.Row("Categories of records", Join(content.record_categories()));
  page.Row("Approximate number of them", NumberText(content.has_approximate_records(), content.approximate_records()));
  page.Row("Likely consequences", content.consequences());
  page.Row("Measures taken or proposed", content.measures());
  page.End();
}

}  // namespace

std::string WriteControllerNotice(const v1::Dossier& dossier, const v1::ExportDossierRequest& request) {
  HtmlPage page("Notice of a personal data breach to the controller, article 33(2) GDPR");
  page.Paragraph(
      "The processor tells the controller of a breach of personal data that it processes on his behalf. What is not "
      "stated is not known yet, and follows. Whether the authority and the data subjects are told (articles 33(1) and "
      "34) is for the controller to decide.");
  WriteParties(dossier, request, page);
  WriteTimes(dossier, page);
  WriteBreach(dossier, page);
  return page.Finish();
}

}  // namespace vigie::server::dossier
