#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/customers/record_set.h"

namespace vigie::customers {

// A record set to which some ids are added again and again, most of which it has, and which is seldom read. What is new
// waits in a list of at most 1024 ids, then in pages of 512 ids that are found by hash: some nanoseconds an id, where a
// bitmap is searched. Beside the set it takes at most 4 KiB, and some 150 bytes for each page, of which there are at
// most 64. A value; not thread-safe while changed.
class GrowingRecordSet {
 public:
  GrowingRecordSet() = default;
  explicit GrowingRecordSet(RecordSet set) : set_(std::move(set)) {}

  void Add(std::span<const RecordId> ids);
  void Unite(const RecordSet& other) { set_.Unite(other); }
  // Before it is read: what waits goes into the set. Costs as much as was added since.
  void Settle();
  // All that was added; what waits is put into a copy.
  RecordSet Set() const;
  bool operator==(const GrowingRecordSet& other) const { return Set() == other.Set(); }

 private:
  static constexpr std::size_t kMostWaiting = 1024;
  static constexpr std::uint32_t kPageBits = 9;
  static constexpr std::size_t kFewest = 8;
  static constexpr std::size_t kMostPages = 64;
  struct Page {
    std::uint32_t number = 0;  // of its ids, the upper bits, and one more; 0 = none
    std::array<std::uint64_t, (1U << kPageBits) / 64> ids{};
  };

  void AddToPages(std::span<const RecordId> ids);
  Page& PageOf(RecordId id);
  std::size_t PlaceOf(std::uint32_t number) const;
  void Grow();
  static void AddIds(const Page& page, std::vector<RecordId>& ids);
  void UnitePagesInto(RecordSet& set) const;
  void SettlePages();

  RecordSet set_;
  std::vector<RecordId>
      waiting_;              // the pages are looked for when there are many for each: they are far apart in memory
  std::vector<Page> pages_;  // open addressing, a power of two, half full at most
  std::size_t used_ = 0;
};

}  // namespace vigie::customers
