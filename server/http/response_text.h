#pragma once

#include <string>
#include <string_view>

#include "server/http/exchange.h"

// Answers as they stand on the wire.
namespace vigie::server::http {

std::string ToText(const Response& response);
std::string HeadToText(const beast_http::response_header<>& head);

// One piece of a body that comes in pieces, and their end (RFC 9112, 7.1).
std::string Chunk(std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace vigie::server::http
