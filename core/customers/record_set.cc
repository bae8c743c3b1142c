#include "core/customers/record_set.h"

#include <roaring/roaring.h>

#include "core/customers/record_set_format.h"

namespace vigie::customers {

RecordSet::RecordSet(std::span<const RecordId> ids) : bitmap_(ids.size(), ids.data()) {
}

base::Result<RecordSet> RecordSet::Parse(std::string_view bytes) {
  if (bytes.empty()) return RecordSet();
  if (auto well_formed = CheckPortableBitmap(bytes); !well_formed) return well_formed.error().Wrap("record set");
  roaring_bitmap_t* parsed = roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size());
  if (parsed == nullptr)
    return base::Error{base::ErrorCode::kInvalidArgument, "record set: not a portable Roaring bitmap"};
  RecordSet set;
  set.bitmap_ = Roaring(parsed);
  return set;
}

base::Result<void> RecordSet::ReadIds(std::string_view bytes, std::vector<RecordId>& ids) {
  if (bytes.empty()) return {};
  auto read = ReadPortableBitmap(bytes, ids);
  return read ? read : read.error().Wrap("record set");
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
