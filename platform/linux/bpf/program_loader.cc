#include "platform/linux/bpf/program_loader.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <vigie_watch.skel.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <set>
#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "platform/linux/descriptor_io.h"
#include "platform/linux/mount_table.h"

namespace vigie::platform {
namespace {

constexpr std::size_t kMountTableLimit = 1 << 20;

// Loads the programs that are wanted; null and errno if the kernel takes one of them not.
Skeleton LoadWanted(const std::function<bool(const std::string&)>& wanted) {
  Skeleton skeleton(vigie_watch__open());
  if (!skeleton) return nullptr;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    bpf_program__set_autoload(program, wanted(bpf_program__name(program)));
  }
  const int failure = vigie_watch__load(skeleton.get());
  if (failure == 0) return skeleton;
  skeleton.reset();
  errno = -failure;
  return nullptr;
}

std::set<std::string> NamesOfPrograms() {
  std::set<std::string> names;
  const Skeleton skeleton(vigie_watch__open());
  if (!skeleton) return names;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) names.insert(bpf_program__name(program));
  return names;
}

LoadedPrograms LoadOneByOne() {
  LoadedPrograms loaded;
  std::set<std::string> good;
  for (const auto& name : NamesOfPrograms()) {
    if (LoadWanted([&](const auto& other) { return other == name; })) {
      good.insert(name);
    } else {
      loaded.missing[name] = std::string("the kernel refuses it: ") + std::strerror(errno);
    }
  }
  if (!good.empty()) loaded.skeleton = LoadWanted([&](const auto& name) { return good.contains(name); });
  return loaded;
}

// The root of the control groups, below which every process is.
base::FileDescriptor OpenRootGroup() {
  const auto table = ReadHead("/proc/self/mountinfo", kMountTableLimit);
  if (!table) return {};
  for (const auto& mount : ParseMountTable(*table)) {
    if (mount.file_system != "cgroup2" || mount.root != "/") continue;
    return base::FileDescriptor(::open(mount.mount_point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  return {};
}

bool BelongsToGroups(const bpf_program& program) {
  return std::string_view(bpf_program__section_name(&program)).starts_with("cgroup");
}

// Iterators are attached each time that they run.
bool RunsByItself(const bpf_program& program) {
  return !std::string_view(bpf_program__section_name(&program)).starts_with("iter");
}

// A link outlives its pointer only if it is pinned: the skeleton destroys it with itself.
std::string Attach(const bpf_program* program, bpf_link*& link, const base::FileDescriptor& root_group) {
  if (!BelongsToGroups(*program)) {
    link = bpf_program__attach(program);
  } else if (root_group) {
    link = bpf_program__attach_cgroup(program, root_group.get());
  } else {
    return "no control group file system (version 2) is mounted";
  }
  return link != nullptr ? "" : std::string("it could not be attached: ") + std::strerror(errno);
}

void AttachAll(LoadedPrograms& loaded) {
  const auto root_group = OpenRootGroup();
  const bpf_object_skeleton& parts = *loaded.skeleton->skeleton;
  for (int i = 0; i < parts.prog_cnt; ++i) {
    const bpf_program* program = *parts.progs[i].prog;
    const std::string name = bpf_program__name(program);
    if (loaded.missing.contains(name) || !RunsByItself(*program)) continue;
    const std::string problem = Attach(program, *parts.progs[i].link, root_group);
    if (!problem.empty()) loaded.missing[name] = problem;
  }
}

}  // namespace

void DestroySkeleton::operator()(vigie_watch* skeleton) const {
  vigie_watch__destroy(skeleton);
}

LoadedPrograms LoadPrograms() {
  libbpf_set_print(nullptr);  // it would write the verifier's log to standard error
  LoadedPrograms loaded;
  loaded.skeleton = LoadWanted([](const auto&) { return true; });
  if (!loaded.skeleton) loaded = LoadOneByOne();
  if (loaded.skeleton) AttachAll(loaded);
  return loaded;
}

}  // namespace vigie::platform
