#include "server/http/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "server/http/headers.h"

namespace vigie::server::http {
namespace {

constexpr int kAll = 1000;            // the weight 1
constexpr int kUnlistedIdentity = 1;  // taken only if nothing else is
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

bool IsCalled(std::string_view name, std::string_view wanted) {
  return std::ranges::equal(name, wanted, {}, LowerCase);
}

// "q=0.8" in thousandths; what cannot be read is no wish at all.
int WeightIn(std::string_view parameter) {
  parameter = Trim(parameter);
  if (parameter.empty()) return kAll;
  if (parameter.size() < 3 || LowerCase(parameter[0]) != 'q' || parameter[1] != '=') return 0;
  double weight = 0;
  const auto [end, error] = std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), weight);
  const bool whole = error == std::errc() && end == parameter.data() + parameter.size();
  return whole && weight >= 0 && weight <= 1 ? static_cast<int>(weight * kAll) : 0;
}

// Nothing if the list does not name it.
std::optional<int> ListedWeight(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    std::string_view element = TakeUntil(list, ',');
    const std::string_view name = Trim(TakeUntil(element, ';'));
    if (IsCalled(name, wanted)) return WeightIn(element);
  }
  return std::nullopt;
}

int WeightOf(std::string_view list, Coding coding) {
  if (const auto listed = ListedWeight(list, NameOf(coding))) return *listed;
  if (coding == Coding::kGzip) {
    if (const auto listed = ListedWeight(list, "x-gzip")) return *listed;
  }
  if (const auto all = ListedWeight(list, "*")) return *all;
  return coding == Coding::kIdentity ? kUnlistedIdentity : 0;
}

}  // namespace

std::string_view NameOf(Coding coding) {
  if (coding == Coding::kGzip) return "gzip";
  return coding == Coding::kBrotli ? "br" : "identity";
}

Coding ChooseCoding(std::string_view accept_encoding, std::span<const Coding> there) {
  Coding best = Coding::kIdentity;
  int best_weight = 0;
  for (const Coding coding : there) {
    const int weight = WeightOf(accept_encoding, coding);
    if (weight > best_weight) {
      best = coding;
      best_weight = weight;
    }
  }
  return best;
}

std::optional<std::string> Gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return std::nullopt;
  return packed;
}

}  // namespace vigie::server::http
