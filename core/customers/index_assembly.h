#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/index_format.h"
#include "core/customers/record_digests.h"
#include "core/customers/record_set.h"
#include "core/customers/static_map_builder.h"
#include "platform/base/result.h"

namespace vigie::customers {

struct AssemblyLimits {
  std::uint32_t max_strong_records = 16;    // a phone shared by more people identifies nobody
  std::uint32_t max_weak_records = 10'000;  // a company of more people says nothing
};

struct AssembledCounts {
  std::uint64_t strong_cells = 0;
  std::uint64_t weak_cells = 0;
  std::uint64_t pairs = 0;
  std::uint64_t shared_strong_left_out = 0;
  std::uint64_t shared_weak_left_out = 0;
  std::uint64_t ambiguous_pairs = 0;  // a name and a text that more than one record has together
};

// Collects the hashed cells of a directory and arranges them as the sections of an index. Holds 16 bytes a cell. Not
// thread-safe.
class IndexAssembly {
 public:
  explicit IndexAssembly(AssemblyLimits limits) : limits_(limits) {}

  void AddStrong(std::uint64_t cell, RecordId record) { Add(strong_, {cell, record, 0}, 1); }
  // `column` lets a whole column of names be left out later; kJoinedNames for a name made of several columns.
  void AddName(std::uint64_t cell, RecordId record, std::uint8_t column) { Add(names_, {cell, record, column}, 2); }
  void AddText(std::uint64_t cell, RecordId record) { Add(texts_, {cell, record, 0}, 3); }
  void AddToken(std::uint64_t token);
  void LeaveOutNames(std::uint8_t column);

  static constexpr std::uint8_t kJoinedNames = 255;

  // Of a delta only what the cells of these records are; the others' cells decide which of them identify. `records`
  // outlives this.
  void KeepOnly(const RecordSet& records) { only_ = &records; }
  bool Keeps(RecordId record) const { return only_ == nullptr || only_->Contains(record); }

  // Cells are digested and forgotten: to see what changed, before a delta is built.
  void OnlyDigest() { only_digest_ = true; }
  RecordDigests& digests() { return digests_; }

  struct Assembled {
    std::string strong, shared, tokens, words, pairs;
    AssembledCounts counts;
    RecordId last_record = 0;
  };
  base::Result<Assembled> Assemble(const CellHasher& hasher, RecordId last_record);

 private:
  struct Cell {
    std::uint64_t hash;
    RecordId record;
    std::uint8_t column;
  };
  using Cells = std::vector<Cell>;
  void Add(Cells& cells, const Cell& cell, std::uint64_t kind) {
    digests_.AddCell(cell.record, cell.hash + kind);
    if (!only_digest_) cells.push_back(cell);
  }
  template <typename Iterator>
  bool KeepsAny(Iterator begin, Iterator end) const;

  base::Result<void> BuildStrong(Assembled& assembled);
  std::vector<StaticMapEntry> ArrangeStrong(Assembled& assembled);
  std::vector<StaticMapEntry> ArrangeWords(AssembledCounts& counts);
  std::vector<StaticMapEntry> ArrangePairs(const CellHasher& hasher, AssembledCounts& counts);
  void DropShared(Cells& cells, AssembledCounts& counts) const;
  void MakeTokensDistinct();

  AssemblyLimits limits_;
  Cells strong_;
  Cells names_;
  Cells texts_;
  std::vector<std::uint64_t> tokens_;
  std::size_t distinct_tokens_ = 0;  // the first of them, sorted
  const RecordSet* only_ = nullptr;
  RecordDigests digests_;
  bool only_digest_ = false;
};

}  // namespace vigie::customers
