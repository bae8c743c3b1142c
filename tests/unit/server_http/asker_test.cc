// Who may ask with a cookie: only a page of ours.
#include "server/http/asker.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_clock.h"

namespace vigie::server::http {
namespace {

using base::ErrorCode;

class CookieAsker : public ::testing::Test {
 protected:
  // A call of the console's own page.
  Request Call(beast_http::verb verb = beast_http::verb::post) {
    Request request(verb, "/vigie.v1.FleetService/ListAgents", 11);
    request.set("Host", "vigie.example.org:7444");
    request.set("Cookie", "theme=dark; __Host-vigie=" + cookie_ + "; other=1");
    request.set("Origin", "https://vigie.example.org:7444");
    request.set("Sec-Fetch-Site", "same-origin");
    request.set("X-Vigie-CSRF", CsrfTokenOf(cookie_));
    return request;
  }
  ErrorCode Refused(const Request& request) {
    const auto asker = AskerOf(request, sessions_, true);
    EXPECT_FALSE(asker);
    return asker ? ErrorCode::kInternal : asker.error().code;
  }

  platform::FakeClock clock_;
  Sessions sessions_{{}, clock_};
  std::string cookie_ = sessions_.Begin("hash");
};

TEST_F(CookieAsker, APageOfOursIsKnown) {
  const auto asker = AskerOf(Call(), sessions_, true);
  ASSERT_TRUE(asker) << asker.error().message;
  ASSERT_TRUE(asker->session);
  EXPECT_EQ(asker->session->token_hash, "hash");
  EXPECT_EQ(asker->authorization, "");
}

TEST_F(CookieAsker, WithoutTheCsrfTokenNothingIsChanged) {
  for (const std::string& token :
       {std::string(), std::string("0"), CsrfTokenOf("another"), CsrfTokenOf(cookie_) + "0", cookie_}) {
    Request request = Call();
    request.set("X-Vigie-CSRF", token);
    EXPECT_EQ(Refused(request), ErrorCode::kPermissionDenied) << token;
  }
  Request none = Call();
  none.erase("X-Vigie-CSRF");
  EXPECT_EQ(Refused(none), ErrorCode::kPermissionDenied);
}

TEST_F(CookieAsker, WhatOnlyReadsNeedsNone) {
  Request request = Call(beast_http::verb::get);
  request.erase("X-Vigie-CSRF");
  EXPECT_TRUE(AskerOf(request, sessions_, true));
}

TEST_F(CookieAsker, AnotherOriginIsAnotherSite) {
  for (const char* origin :
       {"https://evil.example", "http://vigie.example.org:7444", "https://vigie.example.org", "null",
        "https://vigie.example.org:7444.evil.example", "https://a.vigie.example.org:7444"}) {
    Request request = Call();
    request.set("Origin", origin);
    EXPECT_EQ(Refused(request), ErrorCode::kPermissionDenied) << origin;
  }
  Request shouted = Call();
  shouted.set("Origin", "https://VIGIE.example.org:7444");
  EXPECT_TRUE(AskerOf(shouted, sessions_, true));
  Request older = Call();
  older.erase("Origin");
  older.erase("Sec-Fetch-Site");
  EXPECT_TRUE(AskerOf(older, sessions_, true));
}

TEST_F(CookieAsker, WhatABrowserCallsCrossSiteIsRefusedEvenIfItOnlyReads) {
  for (const char* site : {"cross-site", "same-site", "anything"}) {
    Request request = Call(beast_http::verb::get);
    request.erase("Origin");
    request.set("Sec-Fetch-Site", site);
    EXPECT_EQ(Refused(request), ErrorCode::kPermissionDenied) << site;
  }
}

TEST_F(CookieAsker, ACookieWithoutASessionIsUnauthenticated) {
  sessions_.End(sessions_.Use(cookie_)->id);
  EXPECT_EQ(Refused(Call()), ErrorCode::kUnauthenticated);
}

TEST_F(CookieAsker, ATokenGoesBeforeACookieAndNeedsNoCsrfToken) {
  Request request = Call();
  request.set("Authorization", "Bearer t");
  request.set("Origin", "https://evil.example");
  request.erase("X-Vigie-CSRF");
  const auto asker = AskerOf(request, sessions_, true);
  ASSERT_TRUE(asker);
  EXPECT_EQ(asker->authorization, "Bearer t");
  EXPECT_FALSE(asker->session);
}

TEST_F(CookieAsker, OtherCookiesAreNotOurs) {
  for (const char* cookies : {"", "vigie=x", "__Host-vigie2=x", "x__Host-vigie=x", "__Host-vigie", ";;;", "="}) {
    Request request = Call();
    request.set("Cookie", cookies);
    const auto asker = AskerOf(request, sessions_, true);
    ASSERT_TRUE(asker) << cookies;
    EXPECT_FALSE(asker->anybody()) << cookies;
  }
}

}  // namespace
}  // namespace vigie::server::http
