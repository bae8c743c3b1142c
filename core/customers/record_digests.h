#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/index_format.h"
#include "core/customers/record_set.h"

namespace vigie::customers {

// What each record's cells were when an index was built, as one keyed hash a record: enough to see later who is new,
// changed or gone. Stays with the directory's owner, beside the index (INDEX.digests). A value; not thread-safe.
class RecordDigests {
 public:
  // Of the state of the index whose newest layer has this seal. kDataLoss for a damaged file.
  static base::Result<RecordDigests> Parse(std::string_view bytes);
  std::string Serialize() const;

  // Marks a record as being in the directory, and adds one of its cells.
  void AddRecord(RecordId record);
  void AddCell(RecordId record, std::uint64_t cell);

  bool Has(RecordId record) const { return record < digests_.size() && digests_[record] != 0; }
  // Those whom `now` has with other cells or does not have.
  RecordSet NoLongerAsIn(const RecordDigests& now) const;

  const Seal& seal() const { return seal_; }
  void SetSeal(const Seal& seal) { seal_ = seal; }

 private:
  Seal seal_{};
  std::vector<std::uint64_t> digests_;  // by record id; 0 = not in the directory
};

}  // namespace vigie::customers
