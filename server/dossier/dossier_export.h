#pragma once

#include "platform/base/result.h"
#include "vigie/v1/dossier_service.pb.h"

namespace vigie::server::dossier {

// Turns the dossier into what it was when this submission was made. kNotFound.
base::Result<void> TakeSubmission(std::uint32_t number, v1::Dossier& dossier);

// In the format that is asked for. kInvalidArgument for one that is not known.
base::Result<v1::ExportDossierResponse> WriteExport(const v1::Dossier& dossier,
                                                    const v1::ExportDossierRequest& request);

}  // namespace vigie::server::dossier
