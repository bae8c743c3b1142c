#pragma once

#include <cstdint>
#include <functional>
#include <roaring/roaring.hh>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::customers {

using RecordId = std::uint32_t;

// A set of customers: a Roaring bitmap of record ids (https://github.com/RoaringBitmap/RoaringFormatSpec). A value; not
// thread-safe while changed.
class RecordSet {
 public:
  RecordSet() = default;
  explicit RecordSet(std::span<const RecordId> ids);

  // Foreign bytes are checked before they are believed. Empty bytes are the empty set.
  static base::Result<RecordSet> Parse(std::string_view bytes);
  // Adds what Parse would find to `ids`, sorted, without making a set of it. After an error they are anything.
  static base::Result<void> ReadIds(std::string_view bytes, std::vector<RecordId>& ids);
  // Portable serialisation; "" for the empty set.
  std::string Serialize() const;

  void Add(RecordId id) { bitmap_.add(id); }
  // Ids that lie near each other cost far less together.
  void AddAll(std::span<const RecordId> ids) { bitmap_.addMany(ids.size(), ids.data()); }
  void Unite(const RecordSet& other) { bitmap_ |= other.bitmap_; }
  void KeepCommon(const RecordSet& other) { bitmap_ &= other.bitmap_; }
  bool Contains(RecordId id) const { return bitmap_.contains(id); }
  bool empty() const { return bitmap_.isEmpty(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(bitmap_.cardinality()); }
  std::uint32_t CommonWith(const RecordSet& other) const {
    return static_cast<std::uint32_t>(bitmap_.and_cardinality(other.bitmap_));
  }
  std::vector<RecordId> Ids() const;  // sorted
  bool operator==(const RecordSet& other) const { return bitmap_ == other.bitmap_; }

 private:
  Roaring bitmap_;
};

}  // namespace vigie::customers
