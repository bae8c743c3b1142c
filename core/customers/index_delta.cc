#include "core/customers/index_delta.h"

#include <sodium.h>

#include <algorithm>

namespace vigie::customers {
namespace {

base::Result<void> CheckPlace(const std::vector<OpenedIndex>& layers, const OpenedIndex& delta) {
  const auto same = [&](const OpenedIndex& layer) { return layer.seal == delta.seal; };
  if (std::any_of(layers.begin(), layers.end(), same)) {
    return base::Error{base::ErrorCode::kAlreadyExists, "the index has this delta already"};
  }
  if (delta.header.id != layers.front().header.id) {
    return base::Error{base::ErrorCode::kFailedPrecondition, "the delta was made for index " + HexOf(delta.header.id) +
                                                                 ", not for this one, " +
                                                                 HexOf(layers.front().header.id)};
  }
  if (delta.header.layer != layers.size() || delta.header.previous != layers.back().seal) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "the delta is number " + std::to_string(delta.header.layer) +
                           " and was made for another state of this index, which has " +
                           std::to_string(layers.size() - 1) + "; apply those before it, or fetch the whole index"};
  }
  return {};
}

bool HasSealOf(const OpenedIndex& layer, const CellHasher& hasher) {
  return hasher.Seal(layer.sealed) == layer.seal;
}

}  // namespace

base::Result<std::string> ApplyDelta(std::string_view index, std::string_view delta, const IndexKey& key) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  const auto layers = DecodeIndex(index);
  if (!layers) return layers.error();
  const auto opened = DecodeDelta(delta);
  if (!opened) return opened.error();
  if (auto place = CheckPlace(*layers, *opened); !place) return place.error();
  const CellHasher hasher(key, opened->header.id);
  if (!HasSealOf(layers->back(), hasher) || !HasSealOf(*opened, hasher)) {
    return base::Error{base::ErrorCode::kPermissionDenied,
                       "index and delta were not both built with this key; give the key file of the index"};
  }
  return std::string(index).append(delta);
}

}  // namespace vigie::customers
