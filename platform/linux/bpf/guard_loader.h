#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

struct vigie_guard;  // the skeleton that bpftool makes of guard.bpf.c
struct vigie_watch;

// Loads and attaches the programs of guard.bpf.c. They need BPF LSM, which most kernels do not have or do not give;
// that is found out by loading, each program on its own if need be, and by seeing one run: /sys/kernel/security/lsm
// names it on kernels, too, that refuse every such program.
namespace vigie::platform {

struct DestroyGuardSkeleton {
  void operator()(vigie_guard* skeleton) const;
};
using GuardSkeleton = std::unique_ptr<vigie_guard, DestroyGuardSkeleton>;

// Without these the guard is none.
inline constexpr std::array kNeededPrograms = {"on_file_open", "on_file_permission"};

struct LoadedGuard {
  GuardSkeleton skeleton;                      // null if none could be loaded
  std::map<std::string, std::string> missing;  // name of the program → why
};

// The tables that both objects use are those of `watch`, which is loaded and may end before the guard.
LoadedGuard LoadGuard(const vigie_watch& watch);

}  // namespace vigie::platform
