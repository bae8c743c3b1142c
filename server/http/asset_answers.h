#pragma once

#include <string_view>

#include "server/http/assets.h"
#include "server/http/exchange.h"

namespace vigie::server::http {

// An answer whose body stays where it is: `body` is valid as long as the asset, `head` says its length.
struct AssetAnswer {
  Response head;
  std::string_view body;
};

// In the form that suits the browser best; 304 without a body if it has that form already.
AssetAnswer ToAnswer(const Request& request, const Asset& asset);

// Where a console would be: a sentence that says how one gets there.
Response NoConsole(const Request& request);

}  // namespace vigie::server::http
