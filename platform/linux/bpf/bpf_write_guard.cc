#include "platform/linux/bpf/bpf_write_guard.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/sysmacros.h>
#include <vigie_guard.skel.h>

#include <cerrno>

#include "platform/linux/bpf/living_process.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

static_assert(kMaxPlaces == VIGIE_PLACES);

// The kernel packs a device number otherwise than stat(2) does.
std::uint32_t KernelDevice(std::uint64_t device) {
  return major(device) << 20 | minor(device);
}

std::map<std::uint32_t, PlaceSet> PlacesByDevice(const std::vector<std::uint64_t>& devices) {
  std::map<std::uint32_t, PlaceSet> places;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i] != 0) places[KernelDevice(devices[i])] |= PlaceSet{1} << i;
  }
  return places;
}

}  // namespace

std::optional<Error> BpfWriteGuard::WhyNot(const KernelPrograms& programs) {
  return programs.WhyNot({"on_fork", "on_exec", "on_exit"});
}

std::optional<Error> BpfWriteGuard::WhyNot(const LoadedGuard& guard) {
  for (const char* needed : kNeededPrograms) {
    const auto missing = guard.missing.find(needed);
    if (missing == guard.missing.end()) continue;
    return Error{ErrorCode::kUnsupported, "BPF LSM program " + missing->first + ": " + missing->second};
  }
  if (!guard.skeleton) return Error{ErrorCode::kUnsupported, "no BPF LSM program could be loaded"};
  return std::nullopt;
}

Result<void> BpfWriteGuard::Start(WriteHandler& handler) {
  auto listened = programs_->stream().Listen(handler);
  if (listened) guard_.skeleton->bss->tell_writes = 1;
  return listened;
}

void BpfWriteGuard::Stop() {
  guard_.skeleton->bss->tell_writes = 0;
  programs_->stream().StopWriteEvents();
}

Result<void> BpfWriteGuard::SetPlaces(const std::vector<std::uint64_t>& devices) {
  if (devices.size() > kMaxPlaces) {
    return Error{ErrorCode::kResourceExhausted, "more than " + std::to_string(kMaxPlaces) + " outgoing places"};
  }
  const auto wanted = PlacesByDevice(devices);
  const int map = bpf_map__fd(guard_.skeleton->maps.places);
  const std::lock_guard lock(mutex_);
  // First what goes, so that there is room.
  for (const auto& [device, places] : places_) {
    if (!wanted.contains(device)) bpf_map_delete_elem(map, &device);
  }
  std::erase_if(places_, [&](const auto& place) { return !wanted.contains(place.first); });
  for (const auto& [device, places] : wanted) {
    const int failure = bpf_map_update_elem(map, &device, &places, BPF_ANY);
    if (failure != 0) return base::ErrnoError(-failure, "refuse writes to a place");
    places_[device] = places;
  }
  guard_.skeleton->bss->guarding = places_.empty() ? 0 : 1;
  return {};
}

Result<void> BpfWriteGuard::Refuse(ProcessId process, PlaceSet places) {
  const auto living = IdentifyLiving(process);
  if (!living) return living.error();
  auto refused = programs_->RefuseWrites(*living, places, OutputPipeOf(living->pid));
  if (!refused) return refused;
  // If it ended before the kernel knew it, nobody else would take it off the list.
  const auto again = IdentifyLiving(*living);
  if (again) return {};
  programs_->Release(*living);
  return again.error();
}

std::vector<std::string> BpfWriteGuard::degradations() const {
  static const std::map<std::string, std::string> kLosses = {
      {"on_mmap", "a carrier may map a file that it had open before and write to it"},
      {"on_mprotect", "a carrier may make a mapping writable that it had before"},
      {"on_create", "a file that a carrier may not write is there nevertheless, empty"},
      {"on_mkdir", "a carrier may make folders on outgoing places"},
      {"on_mknod", "a carrier may make device nodes on outgoing places"},
      {"on_symlink", "a carrier may make symbolic links on outgoing places"},
      {"on_link", "a carrier may link files on outgoing places"},
      {"on_rename", "a carrier may rename files on outgoing places"},
      {"on_setxattr", "a carrier may write extended attributes on outgoing places"},
  };
  std::vector<std::string> losses;
  for (const auto& [program, loss] : kLosses) {
    const auto missing = guard_.missing.find(program);
    if (missing != guard_.missing.end()) losses.push_back(loss + " (" + missing->second + ")");
  }
  return losses;
}

}  // namespace vigie::platform
