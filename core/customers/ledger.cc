#include "core/customers/ledger.h"

#include <sodium.h>

#include <array>
#include <limits>

namespace vigie::customers {
namespace {

constexpr std::uint64_t kMaxLedgerBytes = std::uint64_t{8} << 30;
constexpr std::uint32_t kOwnerOnly = 0600;
constexpr std::uint32_t kGroupAndOthers = 0077;

base::Error Refused(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

}  // namespace

base::Result<Ledger> Ledger::Open(platform::FileSystem& files, const std::string& path) {
  const auto status = files.StatusOf(path);
  if (!status && status.error().code == base::ErrorCode::kNotFound) return Ledger();
  if (!status) return status.error().Wrap("ledger");
  if (status->kind != platform::FileKind::kRegular) return Refused("ledger: " + path + " is not a regular file");
  if ((status->mode & kGroupAndOthers) != 0) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "ledger: others than its owner may read " + path + "; run chmod 600 " + path};
  }
  const auto text = files.ReadFile(path, kMaxLedgerBytes);
  if (!text) return text.error().Wrap("ledger");
  auto ledger = Parse(*text);
  if (!ledger) return ledger.error().Wrap(path);
  return ledger;
}

base::Result<Ledger> Ledger::Parse(std::string_view text) {
  Ledger ledger;
  auto read = ReadLedgerLines(text, [&](LedgerLine line) { return ledger.Take(std::move(line)); });
  if (!read) return read.error();
  ledger.lines_on_disk_ = ledger.lines_.size();
  return ledger;
}

base::Result<void> Ledger::Take(LedgerLine line) {
  if (line.kind == LedgerLine::Kind::kId) {
    if (!id_.empty()) return Refused("it has an id already");
  } else if (line.kind == LedgerLine::Kind::kCanary) {
    if (line.record > records()) return Refused("it flags a record that is not there");
  } else {
    if (line.record != records() + 1) return Refused("record ids are not dense");
    if (records_.contains(line.key)) return Refused("its key is there already");
  }
  Add(std::move(line));
  return {};
}

void Ledger::Add(LedgerLine line) {
  if (line.kind == LedgerLine::Kind::kId) {
    id_ = line.key;
  } else if (line.kind == LedgerLine::Kind::kCanary) {
    canaries_[line.record - 1] = line.canary;
  } else {
    keys_.push_back(lines_.size());
    canaries_.push_back(false);
    records_.emplace(line.key, line.record);
  }
  lines_.push_back(std::move(line));
}

base::Result<RecordId> Ledger::Assign(std::string_view key) {
  if (key.empty()) return Refused("the key is empty");
  if (key.size() > kMaxLedgerKeyBytes) return Refused("the key has more than 4096 bytes");
  if (const auto known = Find(key)) return *known;
  if (records() == std::numeric_limits<RecordId>::max() - 1) {
    return base::Error{base::ErrorCode::kResourceExhausted, "the ledger has given its last record id"};
  }
  const RecordId record = records() + 1;
  Add({.kind = LedgerLine::Kind::kRecord, .record = record, .key = std::string(key)});
  return record;
}

void Ledger::SetCanary(RecordId record, bool canary) {
  if (KeyOf(record) == nullptr || IsCanary(record) == canary) return;
  Add({.kind = LedgerLine::Kind::kCanary, .record = record, .canary = canary});
}

std::optional<RecordId> Ledger::Find(std::string_view key) const {
  const auto found = records_.find(std::string(key));
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

const std::string* Ledger::KeyOf(RecordId record) const {
  if (record == 0 || record > records()) return nullptr;
  return &lines_[keys_[record - 1]].key;
}

bool Ledger::IsCanary(RecordId record) const {
  return record > 0 && record <= records() && canaries_[record - 1];
}

const std::string& Ledger::Id() {
  if (id_.empty()) {
    std::array<unsigned char, 16> random{};
    randombytes_buf(random.data(), random.size());
    std::array<char, 2 * random.size() + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), random.data(), random.size());
    Add({.kind = LedgerLine::Kind::kId, .key = hex.data()});
  }
  return id_;
}

RecordSet Ledger::Canaries() const {
  RecordSet set;
  for (RecordId record = 1; record <= records(); ++record) {
    if (IsCanary(record)) set.Add(record);
  }
  return set;
}

std::string Ledger::Serialize() const {
  LedgerWriter writer;
  for (const LedgerLine& line : lines_) writer.Append(line);
  return std::move(writer).Finish();
}

base::Result<void> Ledger::Save(platform::FileSystem& files, const std::string& path) {
  const auto current = Open(files, path);
  if (!current) return current.error();
  if (current->lines_on_disk_ != lines_on_disk_) {
    return base::Error{
        base::ErrorCode::kFailedPrecondition,
        "ledger: " + path + " was changed meanwhile, by another build? Nothing was written; build again"};
  }
  auto saved = files.WriteFileDurably(path, Serialize(), kOwnerOnly);
  if (!saved) return saved.error().Wrap("ledger");
  lines_on_disk_ = lines_.size();
  return {};
}

}  // namespace vigie::customers
