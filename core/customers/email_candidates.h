#pragma once

#include <functional>
#include <string_view>

namespace vigie::customers {

// Calls `take` with what may be an e-mail address, as written (RFC 5322 atoms and what RFC 6532 adds): around each @,
// first with what belongs to addresses in practice, then, where other allowed characters adjoin it (o'brien@…), with
// these too. One pass, at most 320 bytes a candidate.
void ForEachEmail(std::string_view text, const std::function<void(std::string_view)>& take);

}  // namespace vigie::customers
