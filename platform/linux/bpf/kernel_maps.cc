#include "platform/linux/bpf/kernel_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <vigie_watch.skel.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <numeric>
#include <string>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned kPortBits = 16;
constexpr unsigned kAddressBits = 128;

std::uint32_t Number(CarrierMode mode) {
  return mode == CarrierMode::kDeny ? VIGIE_DENY : VIGIE_REPORT;
}

Error MapError(int error_number, const std::string& what, std::size_t room) {
  if (error_number == E2BIG || error_number == ENOSPC) {
    return {ErrorCode::kResourceExhausted, what + ": the table of " + std::to_string(room) + " is full"};
  }
  return base::ErrnoError(error_number, what);
}

vigie_destination DestinationOf(const AddressRange& range) {
  vigie_destination destination = {};
  destination.prefix_bits = kPortBits + range.prefix_bits;
  destination.port = range.port;
  if constexpr (std::endian::native == std::endian::little) {
    destination.port = static_cast<std::uint16_t>(range.port << 8 | range.port >> 8);
  }
  std::ranges::copy(range.address, destination.address);
  return destination;
}

}  // namespace

std::optional<vigie_carrier> KernelMaps::CarrierOf(ProcessId process) const {
  vigie_carrier carrier = {};
  if (bpf_map_lookup_elem(bpf_map__fd(skeleton_.maps.carriers), &process.pid, &carrier) != 0) return std::nullopt;
  if (carrier.start != process.start_time) return std::nullopt;
  return carrier;
}

std::optional<CarrierMode> KernelMaps::CarrierModeOf(ProcessId process) const {
  const auto carrier = CarrierOf(process);
  if (!carrier || carrier->mode == 0) return std::nullopt;
  return carrier->mode == VIGIE_DENY ? CarrierMode::kDeny : CarrierMode::kReport;
}

Result<void> KernelMaps::SetCarrier(ProcessId process, CarrierMode mode) {
  const auto known = CarrierOf(process);
  return Put(process, {.start = process.start_time, .mode = Number(mode), .places = known ? known->places : 0});
}

Result<void> KernelMaps::SetPlaces(ProcessId process, std::uint32_t places) {
  const auto known = CarrierOf(process);
  const std::uint32_t mode = known ? known->mode : 0;
  if (mode != 0 || places != 0) return Put(process, {.start = process.start_time, .mode = mode, .places = places});
  RemoveCarrier(process);
  return {};
}

Result<void> KernelMaps::Put(ProcessId process, const vigie_carrier& carrier) {
  skeleton_.bss->watching = 1;
  const int failure = bpf_map_update_elem(bpf_map__fd(skeleton_.maps.carriers), &process.pid, &carrier, BPF_ANY);
  if (failure == 0) return {};
  return MapError(-failure, "watch process " + std::to_string(process.pid), VIGIE_CARRIERS);
}

void KernelMaps::RemoveCarrier(ProcessId process) {
  if (CarrierOf(process)) bpf_map_delete_elem(bpf_map__fd(skeleton_.maps.carriers), &process.pid);
}

Result<void> KernelMaps::AddPipe(std::uint64_t inode, PipeWatch watch) {
  const int map = bpf_map__fd(skeleton_.maps.pipes);
  skeleton_.bss->watching = 1;
  vigie_pipe pipe = {};
  const bool known = bpf_map_lookup_elem(map, &inode, &pipe) == 0;
  const std::uint32_t mode = std::max(pipe.mode, watch.mode ? Number(*watch.mode) : 0);
  const std::uint32_t places = pipe.places | watch.places;
  if (known && pipe.mode == mode && pipe.places == places) return {};
  pipe = {.mode = mode, .generation = skeleton_.bss->generation, .places = places, .padding = 0};
  const int failure = bpf_map_update_elem(map, &inode, &pipe, BPF_ANY);
  if (failure == 0) return {};
  return MapError(-failure, "watch pipe " + std::to_string(inode), VIGIE_PIPES);
}

bool KernelMaps::HasPipes() const {
  std::uint64_t first = 0;
  return bpf_map_get_next_key(bpf_map__fd(skeleton_.maps.pipes), nullptr, &first) == 0;
}

void KernelMaps::RemovePipesBefore(std::uint32_t generation) {
  const int map = bpf_map__fd(skeleton_.maps.pipes);
  std::vector<std::uint64_t> gone;
  std::uint64_t inode = 0;
  for (const std::uint64_t* last = nullptr; bpf_map_get_next_key(map, last, &inode) == 0; last = &inode) {
    vigie_pipe pipe = {};
    if (bpf_map_lookup_elem(map, &inode, &pipe) == 0 && pipe.generation != generation) gone.push_back(inode);
    if (gone.size() >= VIGIE_PIPES) break;
  }
  for (const std::uint64_t old : gone) bpf_map_delete_elem(map, &old);
}

Result<void> KernelMaps::SetDestinations(const std::vector<AddressRange>& ranges) {
  const std::set<AddressRange> wanted(ranges.begin(), ranges.end());
  if (wanted.size() > VIGIE_DESTINATIONS) return MapError(ENOSPC, "allow destinations", VIGIE_DESTINATIONS);
  for (const auto& range : wanted) {
    if (range.prefix_bits > kAddressBits) {
      return Error{ErrorCode::kInvalidArgument, "allow destinations: a prefix has more than 128 bits"};
    }
  }
  const int map = bpf_map__fd(skeleton_.maps.destinations);
  const std::uint32_t allowed = 1;
  // First what goes, so that there is room; what stays is never missing.
  for (const auto& range : destinations_) {
    const auto destination = DestinationOf(range);
    if (!wanted.contains(range)) bpf_map_delete_elem(map, &destination);
  }
  std::erase_if(destinations_, [&](const auto& range) { return !wanted.contains(range); });
  for (const auto& range : wanted) {
    const auto destination = DestinationOf(range);
    const int failure = bpf_map_update_elem(map, &destination, &allowed, BPF_ANY);
    if (failure != 0) return MapError(-failure, "allow destinations", VIGIE_DESTINATIONS);
    destinations_.insert(range);
  }
  return {};
}

KernelMaps::Counts KernelMaps::counts() const {
  Counts sums{};
  const int processors = libbpf_num_possible_cpus();
  if (processors <= 0) return sums;
  std::vector<std::uint64_t> values(static_cast<std::size_t>(processors));
  for (std::uint32_t i = 0; i < sums.size(); ++i) {
    if (bpf_map_lookup_elem(bpf_map__fd(skeleton_.maps.counts), &i, values.data()) != 0) continue;
    sums[i] = std::accumulate(values.begin(), values.end(), std::uint64_t{0});
  }
  return sums;
}

}  // namespace vigie::platform
