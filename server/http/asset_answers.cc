#include "server/http/asset_answers.h"

#include <vector>

#include "server/http/answers.h"
#include "server/http/content_coding.h"
#include "server/http/headers.h"

namespace vigie::server::http {
namespace {

constexpr const char* kForEver = "public, max-age=31536000, immutable";
constexpr const char* kAskFirst = "no-cache";

Coding BestCoding(const Request& request, const Asset& asset) {
  std::vector<Coding> there;
  if (asset.brotli) there.push_back(Coding::kBrotli);
  if (asset.gzip) there.push_back(Coding::kGzip);
  there.push_back(Coding::kIdentity);
  return ChooseCoding(HeaderOf(request, "Accept-Encoding"), there);
}

const Asset::Form& FormIn(const Asset& asset, Coding coding) {
  if (coding == Coding::kBrotli) return *asset.brotli;
  return coding == Coding::kGzip ? *asset.gzip : asset.plain;
}

// If-None-Match: whether a tag is strong does not count there (RFC 9110, 13.1.2).
bool HasAlready(const Request& request, std::string_view etag) {
  std::string_view list = HeaderOf(request, "If-None-Match");
  while (!list.empty()) {
    std::string_view tag = Trim(TakeUntil(list, ','));
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

}  // namespace

AssetAnswer ToAnswer(const Request& request, const Asset& asset) {
  const Coding coding = BestCoding(request, asset);
  const Asset::Form& form = FormIn(asset, coding);
  const bool unchanged = HasAlready(request, form.etag);
  AssetAnswer answer{NewResponse(request, unchanged ? 304 : 200, asset.type), {}};
  if (!unchanged) answer.body = form.bytes;
  answer.head.set(beast_http::field::etag, form.etag);
  answer.head.set(beast_http::field::cache_control, asset.lasting ? kForEver : kAskFirst);
  answer.head.set(beast_http::field::vary, "Accept-Encoding");
  if (unchanged) return answer;
  if (coding != Coding::kIdentity) answer.head.set(beast_http::field::content_encoding, std::string(NameOf(coding)));
  answer.head.content_length(answer.body.size());
  return answer;
}

Response NoConsole(const Request& request) {
  return TextResponse(
      request, 404,
      "The collector runs, but its console is not installed here: build it (VIGIE_CONSOLE), put it into "
      "share/vigie/console beside bin/, or name its directory as console.directory in collector.yaml, "
      "and start the collector again. The API answers to POST /vigie.v1.SERVICE/METHOD.\n");
}

}  // namespace vigie::server::http
