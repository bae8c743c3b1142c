#pragma once

#include <boost/beast/http/message.hpp>
#include <string_view>

// The fields of a request's header, and the little that is needed to read their lists (RFC 9110, 5.6).
namespace vigie::server::http {

inline char LowerCase(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// The first of this name; empty if there is none.
inline std::string_view HeaderOf(const boost::beast::http::request_header<>& request, std::string_view name) {
  const auto found = request.find(boost::beast::string_view(name.data(), name.size()));
  return found == request.end() ? std::string_view() : View(found->value());
}

// Without spaces and tabs around it.
inline std::string_view Trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// What comes before `separator`, or all; both are taken off `rest`.
inline std::string_view TakeUntil(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return taken;
}

}  // namespace vigie::server::http
