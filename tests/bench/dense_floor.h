#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace vigie::bench {

// What nobody can leave out who says which customers and how many different values are in a dense export: one keyed
// hash for each word, strong cell and counted value, the look-ups of these, and the records that they give. Nothing is
// read: cells and words are there, normalised, before the clock runs.
class DenseFloor {
 public:
  // The first rows of ExportOf(0, …), over an index that is in memory.
  DenseFloor(std::string_view index, std::uint64_t rows);
  ~DenseFloor();
  DenseFloor(const DenseFloor&) = delete;
  DenseFloor& operator=(const DenseFloor&) = delete;

  // The customers found: as many as rows. Aborts if it found or counted fewer.
  std::uint64_t Run() const;

 private:
  class Work;
  std::unique_ptr<const Work> work_;
};

}  // namespace vigie::bench
