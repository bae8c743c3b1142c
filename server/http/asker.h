#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/exchange.h"
#include "server/http/sessions.h"

namespace vigie::server::http {

inline constexpr std::string_view kSessionCookie = "__Host-vigie";
inline constexpr std::string_view kCsrfHeader = "X-Vigie-CSRF";

// Who asks: one with an API token, a browser that has signed in, or nobody known.
struct Asker {
  std::string authorization;
  std::optional<Session> session;

  bool anybody() const { return !authorization.empty() || session.has_value(); }
};

// A token goes before a cookie: no page of another site can add one. A cookie counts only if the page that asks is
// ours: kUnauthenticated if its session has ended; kPermissionDenied for another site's page, and for anything but GET
// and HEAD without the session's CSRF token. `tls`: how this was asked.
base::Result<Asker> AskerOf(const beast_http::request_header<>& request, Sessions& sessions, bool tls);

// kPermissionDenied if a page of another site asks, as far as browsers say (Origin, Sec-Fetch-Site).
base::Result<void> CheckSite(const beast_http::request_header<>& request, bool tls);
// Empty if there is none.
std::string_view CookieOf(const beast_http::request_header<>& request);

}  // namespace vigie::server::http
