#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

struct vigie_watch;  // the skeleton that bpftool makes of watch.bpf.c

// Loads and attaches the programs of watch.bpf.c. What a kernel offers is found out by loading, each program on its own
// if need be, and never by reading lists: there are kernels that list what they refuse.
namespace vigie::platform {

struct DestroySkeleton {
  void operator()(vigie_watch* skeleton) const;
};
using Skeleton = std::unique_ptr<vigie_watch, DestroySkeleton>;

struct LoadedPrograms {
  Skeleton skeleton;                           // null if none could be loaded
  std::map<std::string, std::string> missing;  // name of the program → why
};

LoadedPrograms LoadPrograms();

}  // namespace vigie::platform
