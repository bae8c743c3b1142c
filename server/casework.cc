#include "server/casework.h"

namespace vigie::server {

std::set<std::string> IncidentsOf(const v1::Dossier& dossier) {
  const auto& present = dossier.content().incident_ids();
  std::set<std::string> incidents(present.begin(), present.end());
  for (const v1::DossierSubmission& submission : dossier.submissions()) {
    const auto& submitted = submission.content().incident_ids();
    incidents.insert(submitted.begin(), submitted.end());
  }
  return incidents;
}

v1::Dossier WithoutSubmittedContent(v1::Dossier dossier) {
  for (v1::DossierSubmission& submission : *dossier.mutable_submissions()) {
    submission.clear_content();
    submission.clear_facts();
  }
  return dossier;
}

}  // namespace vigie::server
