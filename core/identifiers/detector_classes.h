#pragma once

#include <span>
#include <string_view>

namespace vigie::identifiers {

// The names of all detector classes of the product: the one list that policies, the inspector's replies and the table
// of detectors are held against. A misspelt class would silently never match.
std::span<const std::string_view> DetectorClasses();
bool IsDetectorClass(std::string_view name);

// The checks that a policy's own detectors may name.
std::span<const std::string_view> NamedChecks();
bool IsNamedCheck(std::string_view name);

}  // namespace vigie::identifiers
