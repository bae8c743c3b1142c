#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vigie::server::http {

enum class Coding { kIdentity, kGzip, kBrotli };

// "gzip", as headers say it.
std::string_view NameOf(Coding coding);

// Which of those that are there suits Accept-Encoding best (RFC 9110, 12.5.3): the greatest weight, among equals the
// first of `there`. kIdentity if none does, and without the header.
Coding ChooseCoding(std::string_view accept_encoding, std::span<const Coding> there);

// Nothing if there is no memory for it.
std::optional<std::string> Gzip(std::string_view text);

}  // namespace vigie::server::http
