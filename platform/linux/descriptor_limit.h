#pragma once

#include <cstdint>

namespace vigie::platform {

// RLIMIT_NOFILE of getrlimit(2): raises the soft limit to `wanted`, or to the hard one if that is lower. The limit then
// in force; 0 if the system does not tell.
std::uint64_t RaiseDescriptorLimit(std::uint64_t wanted);

}  // namespace vigie::platform
