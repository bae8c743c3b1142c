#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

#include "core/threshold/sequence_event.h"

namespace vigie::threshold {

// Stands for a subject's name where the name itself would cost too much: 128 bits.
struct SubjectHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const SubjectHash&) const = default;

  struct Bucket {
    std::size_t operator()(const SubjectHash& hash) const noexcept { return hash.low; }
  };
};

// With a secret of this process, so that nobody can choose names that collide. Immutable.
class SubjectHasher {
 public:
  SubjectHasher() : seed_{Secret(), Secret()} {}

  SubjectHash operator()(std::string_view subject) const {
    return {HashOf(subject, seed_.low), HashOf(subject, seed_.high)};
  }
  // Where names are compared as well.
  std::uint64_t Short(std::string_view name) const { return HashOf(name, seed_.low); }

 private:
  static std::uint64_t Secret() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }

  SubjectHash seed_;
};

}  // namespace vigie::threshold
