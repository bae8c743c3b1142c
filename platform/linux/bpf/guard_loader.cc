#include "platform/linux/bpf/guard_loader.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <unistd.h>
#include <vigie_guard.skel.h>
#include <vigie_watch.skel.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <set>

#include "platform/base/file_descriptor.h"

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

// Each attempt reads all types of the kernel anew: without those that are needed the others are not tried.
LoadedGuard LoadOneByOne(const vigie_watch& watch) {
  LoadedGuard loaded;
  std::set<std::string> good;
  const auto load_alone = [&](const std::string& name) {
    if (LoadWanted(watch, [&](const auto& other) { return other == name; })) return good.insert(name).second;
    loaded.missing[name] = std::string("the kernel refuses it: ") + std::strerror(errno);
    return false;
  };
  for (const char* needed : kNeededPrograms) {
    if (!load_alone(needed)) return loaded;
  }
  for (const auto& name : NamesOfPrograms()) {
    if (!good.contains(name)) load_alone(name);
  }
  if (!good.empty()) loaded.skeleton = LoadWanted(watch, [&](const auto& name) { return good.contains(name); });
  return loaded;
}

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

// A kernel that was booted without bpf among its security modules takes such programs, attaches them, and never runs
// one: this thread opens a file to see.
bool RunsPrograms(vigie_guard& guard) {
  guard.bss->prover = static_cast<std::uint32_t>(::gettid());
  const base::FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  guard.bss->prover = 0;
  return guard.bss->proved != 0;
}

}  // namespace

void DestroyGuardSkeleton::operator()(vigie_guard* skeleton) const {
  vigie_guard__destroy(skeleton);
}

LoadedGuard LoadGuard(const vigie_watch& watch) {
  LoadedGuard loaded;
  loaded.skeleton = LoadWanted(watch, [](const auto&) { return true; });
  if (!loaded.skeleton) loaded = LoadOneByOne(watch);
  if (!loaded.skeleton) return loaded;
  AttachAll(loaded);
  if (loaded.missing.contains("on_file_open") || RunsPrograms(*loaded.skeleton)) return loaded;
  for (const char* needed : kNeededPrograms) {
    loaded.missing[needed] = "the kernel never runs it: it was booted without bpf among its security modules";
  }
  return loaded;
}

}  // namespace vigie::platform
