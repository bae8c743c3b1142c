#include "server/http/response_text.h"

#include <sstream>

namespace vigie::server::http {

std::string ToText(const Response& response) {
  std::ostringstream text;
  text << response;
  return std::move(text).str();
}

std::string HeadToText(const beast_http::response_header<>& head) {
  std::ostringstream text;
  text << head;
  return std::move(text).str();
}

std::string Chunk(std::string_view piece) {
  std::ostringstream text;
  text << std::hex << piece.size() << "\r\n" << piece << "\r\n";
  return std::move(text).str();
}

}  // namespace vigie::server::http
