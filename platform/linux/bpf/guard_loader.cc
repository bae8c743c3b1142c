#include "platform/linux/bpf/guard_loader.h"

#include <bpf/libbpf.h>
#include <vigie_guard.skel.h>
#include <vigie_watch.skel.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <set>

namespace vigie::platform {
namespace {

bool ShareTables(const vigie_guard& guard, const vigie_watch& watch) {
  return bpf_map__reuse_fd(guard.maps.ring, bpf_map__fd(watch.maps.ring)) == 0 &&
         bpf_map__reuse_fd(guard.maps.counts, bpf_map__fd(watch.maps.counts)) == 0 &&
         bpf_map__reuse_fd(guard.maps.carriers, bpf_map__fd(watch.maps.carriers)) == 0;
}

// Loads the programs that are wanted; null and errno if the kernel takes one of them not.
GuardSkeleton LoadWanted(const vigie_watch& watch, const std::function<bool(const std::string&)>& wanted) {
  GuardSkeleton skeleton(vigie_guard__open());
  if (!skeleton || !ShareTables(*skeleton, watch)) return nullptr;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    bpf_program__set_autoload(program, wanted(bpf_program__name(program)));
  }
  const int failure = vigie_guard__load(skeleton.get());
  if (failure == 0) return skeleton;
  skeleton.reset();
  errno = -failure;
  return nullptr;
}

std::set<std::string> NamesOfPrograms() {
  std::set<std::string> names;
  const GuardSkeleton skeleton(vigie_guard__open());
  if (!skeleton) return names;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) names.insert(bpf_program__name(program));
  return names;
}

LoadedGuard LoadOneByOne(const vigie_watch& watch) {
  LoadedGuard loaded;
  std::set<std::string> good;
  for (const auto& name : NamesOfPrograms()) {
    if (LoadWanted(watch, [&](const auto& other) { return other == name; })) {
      good.insert(name);
    } else {
      loaded.missing[name] = std::string("the kernel refuses it: ") + std::strerror(errno);
    }
  }
  if (!good.empty()) loaded.skeleton = LoadWanted(watch, [&](const auto& name) { return good.contains(name); });
  return loaded;
}

// A kernel that has the programs' type built in loads them, and attaches none if the boot line does not name bpf.
void AttachAll(LoadedGuard& loaded) {
  const bpf_object_skeleton& parts = *loaded.skeleton->skeleton;
  for (int i = 0; i < parts.prog_cnt; ++i) {
    const bpf_program* program = *parts.progs[i].prog;
    const std::string name = bpf_program__name(program);
    if (loaded.missing.contains(name)) continue;
    bpf_link*& link = *parts.progs[i].link;
    link = bpf_program__attach(program);
    if (link == nullptr) loaded.missing[name] = std::string("it could not be attached: ") + std::strerror(errno);
  }
}

}  // namespace

void DestroyGuardSkeleton::operator()(vigie_guard* skeleton) const {
  vigie_guard__destroy(skeleton);
}

LoadedGuard LoadGuard(const vigie_watch& watch) {
  LoadedGuard loaded;
  loaded.skeleton = LoadWanted(watch, [](const auto&) { return true; });
  if (!loaded.skeleton) loaded = LoadOneByOne(watch);
  if (loaded.skeleton) AttachAll(loaded);
  return loaded;
}

}  // namespace vigie::platform
