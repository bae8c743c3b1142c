#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::cli {

// Asks for page after page until there is no next one. `fetch(request)` gives a Result of a response with
// next_page_token, `use(response)` takes it.
template <typename Request, typename Fetch, typename Use>
base::Result<void> ForEachPage(Request request, const Fetch& fetch, const Use& use) {
  for (;;) {
    const auto response = fetch(request);
    if (!response) return response.error();
    use(*response);
    if (response->next_page_token().empty()) return {};
    if (response->next_page_token() == request.page_token()) {
      return base::Error{base::ErrorCode::kInternal, "the collector gives the same page again and again"};
    }
    request.set_page_token(response->next_page_token());
  }
}

}  // namespace vigie::cli
