#include "server/casework.h"

namespace vigie::server {

v1::Dossier WithoutSubmittedContent(v1::Dossier dossier) {
  for (v1::DossierSubmission& submission : *dossier.mutable_submissions()) {
    submission.clear_content();
    submission.clear_facts();
  }
  return dossier;
}

}  // namespace vigie::server
