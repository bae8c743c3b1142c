#pragma once

#include <cstdint>
#include <map>

namespace vigie::platform {

// Inodes of the connected UNIX sockets of this network namespace of which neither end has a name, each with that of its
// other end (sock_diag(7)): what socketpair(2) makes. Connections to a daemon's named socket are left out. Empty if the
// kernel does not tell.
std::map<std::uint64_t, std::uint64_t> SocketPairs();

}  // namespace vigie::platform
