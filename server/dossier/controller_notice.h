#pragma once

#include <string>

#include "vigie/v1/dossier_service.pb.h"

namespace vigie::server::dossier {

// What a processor tells the controller without undue delay (article 33(2)) and helps him with (28(3)(f)), as a page
// like WritePage's: of the dossier only what the controller needs of the processor. Pure.
std::string WriteControllerNotice(const v1::Dossier& dossier, const v1::ExportDossierRequest& request);

}  // namespace vigie::server::dossier
