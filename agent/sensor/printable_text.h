#pragma once

#include <string>
#include <string_view>

namespace vigie::agent::sensor {

// Names that the operating system gives are bytes; a message holds UTF-8 (RFC 3629) only. Bytes that are no UTF-8
// become "\xNN", so that two different names stay different. At most `limit` bytes come back, cut between characters.
std::string ToPrintable(std::string_view bytes, std::size_t limit = 4096);

}  // namespace vigie::agent::sensor
