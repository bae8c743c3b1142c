#include "server/http/asker.h"

#include <algorithm>

#include "server/http/headers.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

bool SameLetters(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, LowerCase, LowerCase);
}

// Scheme and port are the host's, too: a page of http://HOST is another site than https://HOST.
bool IsOwnOrigin(std::string_view origin, std::string_view host, bool tls) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || host.empty()) return false;
  if (tls && origin.substr(0, scheme_end) != "https") return false;
  return SameLetters(origin.substr(scheme_end + 3), host);
}

bool OnlyReads(const beast_http::request_header<>& request) {
  return request.method() == beast_http::verb::get || request.method() == beast_http::verb::head;
}

}  // namespace

std::string_view CookieOf(const beast_http::request_header<>& request) {
  std::string_view rest = HeaderOf(request, "Cookie");
  while (!rest.empty()) {
    const std::string_view pair = Trim(TakeUntil(rest, ';'));
    if (pair.starts_with(kSessionCookie) && pair.substr(kSessionCookie.size()).starts_with('=')) {
      return pair.substr(kSessionCookie.size() + 1);
    }
  }
  return "";
}

Result<void> CheckSite(const beast_http::request_header<>& request, bool tls) {
  const std::string_view site = HeaderOf(request, "Sec-Fetch-Site");
  const std::string_view origin = HeaderOf(request, "Origin");
  const bool own_page = site.empty() || site == "same-origin" || site == "none";
  if (own_page && (origin.empty() || IsOwnOrigin(origin, HeaderOf(request, "Host"), tls))) return {};
  return Error{ErrorCode::kPermissionDenied, "a page of another site asks: only the console's own pages may"};
}

Result<Asker> AskerOf(const beast_http::request_header<>& request, Sessions& sessions, bool tls) {
  const std::string_view cookie = CookieOf(request);
  if (request.find(beast_http::field::authorization) != request.end() || cookie.empty()) {
    return Asker{AuthorizationOf(request), std::nullopt};
  }
  if (auto own = CheckSite(request, tls); !own) return own.error();
  auto session = sessions.Use(cookie);
  if (!session) return Error{ErrorCode::kUnauthenticated, "the session has ended: sign in again"};
  if (OnlyReads(request) || SameSecret(HeaderOf(request, kCsrfHeader), CsrfTokenOf(cookie))) {
    return Asker{"", std::move(session)};
  }
  return Error{ErrorCode::kPermissionDenied,
               "with a cookie, the header " + std::string(kCsrfHeader) + " must hold what GET /session calls csrf"};
}

}  // namespace vigie::server::http
