#include "core/customers/record_set.h"

#include <roaring/roaring.h>

namespace vigie::customers {
namespace {

base::Error Malformed() { return {base::ErrorCode::kInvalidArgument, "record set is not a portable Roaring bitmap"}; }

}  // namespace

RecordSet::RecordSet(std::span<const RecordId> ids) : bitmap_(ids.size(), ids.data()) {}

base::Result<RecordSet> RecordSet::Parse(std::string_view bytes) {
  if (bytes.empty()) return RecordSet();
  roaring_bitmap_t* parsed =
      roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size());
  if (parsed == nullptr) return Malformed();
  RecordSet set;
  set.bitmap_ = Roaring(parsed);
  return set;
}

std::string RecordSet::Serialize() const {
  if (empty()) return "";
  Roaring compact = bitmap_;
  compact.runOptimize();
  std::string bytes(compact.getSizeInBytes(true), '\0');
  compact.write(bytes.data(), true);
  return bytes;
}

std::vector<RecordId> RecordSet::Ids() const {
  std::vector<RecordId> ids(size());
  bitmap_.toUint32Array(ids.data());
  return ids;
}

}  // namespace vigie::customers
