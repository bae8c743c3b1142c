#pragma once

#include <cstdint>

namespace vigie::platform {

// RLIMIT_NOFILE of getrlimit(2): raises the soft limit to `wanted`, or to the hard one if that is lower. The limit then
// in force; 0 if the system does not tell.
std::uint64_t RaiseDescriptorLimit(std::uint64_t wanted);

// Makes room for so many open descriptors now. A process with threads that needs more than its table holds waits some
// 10 ms for the kernel to replace it (64, 128, 256 … entries; 8 bytes each, kept until the process ends). False if the
// limit forbids it.
bool ReserveDescriptors(std::uint32_t count);

}  // namespace vigie::platform
