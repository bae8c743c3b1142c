#include "core/customers/record_digests.h"

#include <algorithm>
#include <cstring>

namespace vigie::customers {
namespace {

constexpr std::string_view kMagic = "VIGIEDG1";
constexpr std::size_t kSumBytes = 32;

// The finaliser of MurmurHash3: a sum of bare hashes would not notice a cell that moves from one record to another and
// back, and zero must stay improbable.
std::uint64_t Mix(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
  h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return h ^ (h >> 33);
}

base::Error Damaged() {
  return {base::ErrorCode::kDataLoss, "the digests of the index are damaged; build the index again"};
}

}  // namespace

base::Result<RecordDigests> RecordDigests::Parse(std::string_view bytes) {
  const std::size_t fixed = kMagic.size() + sizeof(Seal) + kSumBytes;
  if (!bytes.starts_with(kMagic) || bytes.size() < fixed || (bytes.size() - fixed) % 8 != 0) return Damaged();
  const std::string_view content = bytes.substr(0, bytes.size() - kSumBytes);
  const auto sum = Checksum(content);
  if (std::memcmp(sum.data(), bytes.data() + content.size(), kSumBytes) != 0) return Damaged();
  RecordDigests digests;
  std::memcpy(digests.seal_.data(), bytes.data() + kMagic.size(), sizeof(Seal));
  digests.digests_.resize((bytes.size() - fixed) / 8);
  if (!digests.digests_.empty()) {
    std::memcpy(digests.digests_.data(), bytes.data() + kMagic.size() + sizeof(Seal), digests.digests_.size() * 8);
  }
  return digests;
}

std::string RecordDigests::Serialize() const {
  std::string bytes(kMagic);
  bytes.append(reinterpret_cast<const char*>(seal_.data()), seal_.size());
  bytes.append(reinterpret_cast<const char*>(digests_.data()), digests_.size() * 8);
  const auto sum = Checksum(bytes);
  return bytes.append(reinterpret_cast<const char*>(sum.data()), sum.size());
}

void RecordDigests::AddRecord(RecordId record) {
  if (record >= digests_.size()) digests_.resize(record + 1);
  if (digests_[record] == 0) digests_[record] = 1;
}

void RecordDigests::AddCell(RecordId record, std::uint64_t cell) {
  AddRecord(record);
  std::uint64_t& digest = digests_[record];
  digest += Mix(cell);
  if (digest == 0) digest = 1;
}

RecordSet RecordDigests::NoLongerAsIn(const RecordDigests& now) const {
  RecordSet changed;
  for (RecordId record = 0; record < digests_.size(); ++record) {
    const std::uint64_t after = record < now.digests_.size() ? now.digests_[record] : 0;
    if (digests_[record] != 0 && digests_[record] != after) changed.Add(record);
  }
  return changed;
}

}  // namespace vigie::customers
