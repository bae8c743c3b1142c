#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::customers {

// Whether `bytes` are exactly one well-formed portable Roaring bitmap
// (https://github.com/RoaringBitmap/RoaringFormatSpec): keys ascending, arrays ascending and of the stated size,
// bitmaps with the stated number of bits, runs ascending, apart and within their container, offsets where the data is,
// nothing after the end. The error says what is wrong and at which byte. The library that computes with such bitmaps
// checks bounds only and is undefined on the rest.
base::Result<void> CheckPortableBitmap(std::string_view bytes);

// The same check; adds what is in the bitmap to `values`, ascending. Those of bytes that are refused are anything.
base::Result<void> ReadPortableBitmap(std::string_view bytes, std::vector<std::uint32_t>& values);

}  // namespace vigie::customers
