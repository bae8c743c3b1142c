#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/customers/ledger_format.h"
#include "core/customers/record_set.h"
#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::customers {

// Which record id belongs to which primary key of the directory: the private book of the directory's owner. Only ever
// added to: a record id is given once and never given to anybody else, even if the customer leaves the directory. Not
// thread-safe.
class Ledger {
 public:
  // The ledger at `path`, or an empty one if there is no such file. kFailedPrecondition if others than its owner can
  // read it, kDataLoss if it is damaged: it is never repaired by guessing.
  static base::Result<Ledger> Open(platform::FileSystem& files, const std::string& path);
  static base::Result<Ledger> Parse(std::string_view text);

  // Ids of known keys stay; a new key gets the next one. kInvalidArgument for an empty key or one of more than 4096
  // bytes, kResourceExhausted when there is no id left.
  base::Result<RecordId> Assign(std::string_view key);
  void SetCanary(RecordId record, bool canary);

  std::optional<RecordId> Find(std::string_view key) const;
  // Nothing for an id that was never given.
  const std::string* KeyOf(RecordId record) const;
  bool IsCanary(RecordId record) const;
  // Tells this ledger's record ids from another's: 32 hexadecimal digits, drawn when first asked for.
  const std::string& Id();
  // Also the highest id: ids are dense from 1.
  std::uint32_t records() const { return static_cast<std::uint32_t>(keys_.size()); }
  // Of every canary.
  RecordSet Canaries() const;

  std::string Serialize() const;
  // Durably, with mode 0600. kFailedPrecondition if somebody else changed the file since it was opened: the same record
  // ids may have been given twice, so nothing is written.
  base::Result<void> Save(platform::FileSystem& files, const std::string& path);

 private:
  base::Result<void> Take(LedgerLine line);
  void Add(LedgerLine line);

  std::vector<LedgerLine> lines_;  // in the order learnt; the record lines' keys are what keys_ points to
  std::vector<std::size_t> keys_;  // record id − 1 → its line
  std::string id_;
  std::vector<bool> canaries_;
  std::unordered_map<std::string, RecordId> records_;
  std::size_t lines_on_disk_ = 0;
};

}  // namespace vigie::customers
