#pragma once

#include <string>

#include "vigie/v1/dossier.pb.h"

namespace vigie::server::dossier {

// The dossier as one page of HTML for reading and printing: in the order of article 33(3), figures with the incidents
// that they come from. No script, nothing from outside, and all that people wrote is escaped. Pure.
std::string WritePage(const v1::Dossier& dossier);

}  // namespace vigie::server::dossier
