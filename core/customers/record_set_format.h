#pragma once

#include <string_view>

#include "platform/base/result.h"

namespace vigie::customers {

// Whether `bytes` are exactly one well-formed portable Roaring bitmap
// (https://github.com/RoaringBitmap/RoaringFormatSpec): keys ascending, arrays ascending and of the stated size,
// bitmaps with the stated number of bits, runs ascending, apart and within their container, offsets where the data is,
// nothing after the end. The error says what is wrong and at which byte. The library that computes with such bitmaps
// checks bounds only and is undefined on the rest.
base::Result<void> CheckPortableBitmap(std::string_view bytes);

}  // namespace vigie::customers
