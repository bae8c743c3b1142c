#include "core/threshold/sequence_event.h"

#include <bit>
#include <cstring>

#include "proto/contract/validation.h"

namespace vigie::threshold {
namespace {

std::uint64_t Mix(std::uint64_t value) {
  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves half of those of the output.
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

// The eight bytes from there on, with zeros after the last. (A copy of a length that is not known is a call.)
std::uint64_t WordAt(std::string_view name, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  const std::size_t left = name.size() - at;
  if (left >= sizeof(word)) {
    std::memcpy(&word, name.data() + at, sizeof(word));
  } else if (at > 0) {
    std::memcpy(&word, name.data() + name.size() - sizeof(word), sizeof(word));
    word >>= 8 * (sizeof(word) - left);
  } else {
    std::memcpy(&word, name.data(), left);
  }
  return word;
}

std::uint64_t PathHash(const v1::Activity& activity, const std::string& path) {
  return path.empty() ? 0 : HashOf(path, HashOf(activity.host()));
}

std::uint64_t NumbersHash(const v1::Activity& activity, std::uint64_t first, std::uint64_t second) {
  return Mix(Mix(HashOf(activity.host()) + first) + second) | 1U;
}

}  // namespace

std::uint64_t HashOf(std::string_view name, std::uint64_t seed) {
  std::uint64_t hash = Mix(seed + name.size());
  for (std::size_t i = 0; i < name.size(); i += sizeof(std::uint64_t)) {
    hash = Mix(hash ^ WordAt(name, i)) + 0x9e3779b97f4a7c15U;
  }
  return hash == 0 ? 1 : hash;
}

std::uint64_t FileIdentity(const v1::Activity& activity) {
  const v1::File& file = activity.file();
  return file.inode() != 0 ? NumbersHash(activity, file.device(), file.inode()) : PathHash(activity, file.path());
}

SequenceEvent LinksOf(const v1::Event& event) {
  const v1::Activity& activity = event.activity();
  const v1::Derivation& derivation = event.inspection().derived_from();
  SequenceEvent links;
  links.read_whole = event.inspection().evaluated() == v1::EVALUATED_FULL;
  links.id = HashOf(contract::EventId(event));
  links.path = PathHash(activity, activity.file().path());
  if (activity.file().inode() != 0) links.inode = FileIdentity(activity);
  if (activity.process().pid() != 0 && activity.process().start_time() != 0) {
    links.process =
        NumbersHash(activity, static_cast<std::uint64_t>(activity.process().pid()), activity.process().start_time());
  }
  for (const std::string& id : event.lineage()) links.from_events.push_back(HashOf(id));
  for (const std::string& id : derivation.events()) links.from_events.push_back(HashOf(id));
  for (const std::string& path : {activity.file().previous_path(), derivation.path()}) {
    if (!path.empty()) links.from_paths.push_back(PathHash(activity, path));
  }
  return links;
}

}  // namespace vigie::threshold
