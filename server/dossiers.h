#pragma once

#include <string>

#include "platform/base/result.h"
#include "server/casework.h"
#include "vigie/v1/dossier_service.pb.h"

namespace vigie::server {

// The breach files (dossier_service.proto). Thread-safe. Errors: kInvalidArgument names the field, kNotFound,
// kFailedPrecondition as the service says, kResourceExhausted for one submission too many, and of writes
// kAlreadyExists: there is a newer revision than the one that the writer has seen.
class Dossiers {
 public:
  virtual ~Dossiers() = default;

  // `who` is the name of the caller's API token.
  virtual base::Result<v1::Dossier> Create(const v1::CreateDossierRequest& request, const std::string& who) = 0;
  virtual base::Result<v1::Dossier> Get(const std::string& id) = 0;
  virtual base::Result<DossierPage> List(const DossierQuery& query) = 0;
  virtual base::Result<v1::Dossier> Update(const v1::UpdateDossierRequest& request, const std::string& who) = 0;
  virtual base::Result<v1::Dossier> Submit(const v1::SubmitPhaseRequest& request, const std::string& who) = 0;
  virtual base::Result<v1::Dossier> Close(const v1::CloseDossierRequest& request, const std::string& who) = 0;
  virtual base::Result<v1::ExportDossierResponse> Export(const v1::ExportDossierRequest& request) = 0;
};

}  // namespace vigie::server
