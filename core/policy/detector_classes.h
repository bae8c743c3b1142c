#pragma once

#include <string_view>

namespace vigie::policy {

// The names of detector classes that a policy may ask for. The list is the product's, not this build's: a policy may be
// ahead of the detectors, but a misspelt class would silently never match.
bool IsDetectorClass(std::string_view name);

}  // namespace vigie::policy
