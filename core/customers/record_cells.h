#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/directory_columns.h"
#include "core/customers/index_assembly.h"
#include "core/customers/phone_plan.h"

namespace vigie::customers {

// Says that a cell was left out: the column's name and the reason, never the value.
using CellProblem = std::function<void(const std::string& column, const std::string& reason)>;

// Normalises and hashes the cells of one row after the other into an IndexAssembly, and keeps what the header must say
// of them. Not thread-safe.
class RecordCells {
 public:
  // All of them outlive it.
  RecordCells(const std::vector<DirectoryColumn>& columns, const PhonePlan& plan, const CellHasher& hasher,
              IndexAssembly& assembly);

  // `cells` in the order of the columns.
  void Add(RecordId record, const std::vector<std::string_view>& cells, const CellProblem& problem);

  // What the header must say of the cells.
  void Finish(IndexHeader& header) const;

  // After the last row: with several columns of names, one that mostly holds single words (first names) identifies
  // nobody by itself and is left out; its joined names stay.
  void LeaveOutFirstNames();

  // The first key column is not searched for.
  void LeaveOutPrimaryKey();

  std::uint64_t weak_keys() const { return weak_keys_; }

 private:
  struct NameColumn {
    std::uint64_t cells = 0;
    std::uint64_t whole = 0;  // of several words
  };

  base::Result<void> AddCell(RecordId record, CellKind kind, std::string_view cell);
  void AddStrong(RecordId record, CellKind kind, std::string_view normalised);
  base::Result<void> AddKey(RecordId record, std::string_view cell);
  base::Result<void> AddText(RecordId record, std::string_view cell);
  void AddNames(RecordId record, const std::vector<std::string_view>& names);
  void AddJoined(RecordId record, const std::vector<std::string_view>& names);
  base::Result<std::uint64_t> HashWords(RecordId record, std::string_view cell);

  const std::vector<DirectoryColumn>& columns_;
  const PhonePlan& plan_;
  const CellHasher& hasher_;
  IndexAssembly& assembly_;
  std::size_t left_out_column_;  // none of the columns at first
  std::vector<NameColumn> name_columns_;
  std::uint16_t word_counts_ = 0;
  std::uint16_t key_counts_ = 0;
  std::uint16_t kinds_ = 0;
  std::uint16_t min_key_bytes_ = 0xFFFF;
  std::uint16_t max_key_bytes_ = 0;
  std::uint64_t weak_keys_ = 0;
};

}  // namespace vigie::customers
