#pragma once

#include <string>
#include <string_view>

#include "core/customers/index_format.h"

namespace vigie::customers {

// The index with one delta more on top: what agents put in place of the index that they have, by rename. Everything is
// checked first, seals included. kFailedPrecondition for a delta that was made for another index or another state of
// it, kAlreadyExists if the index has it already, and the errors of DecodeIndex and DecodeDelta.
base::Result<std::string> ApplyDelta(std::string_view index, std::string_view delta, const IndexKey& key);

}  // namespace vigie::customers
