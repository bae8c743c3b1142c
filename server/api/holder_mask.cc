#include "server/api/holder_mask.h"

#include <algorithm>
#include <string_view>

#include "core/credentials/certificates.h"
#include "core/credentials/digest.h"

namespace vigie::server::api {
namespace {

constexpr std::string_view kAttribution = "att-";
constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kShownDigits = 12;

bool IsHexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

HolderMask::HolderMask() : key_(credentials::CreateToken()) {
}

// The outer hash is what an HMAC has it for: nobody goes on from a digest that he was shown.
std::string HolderMask::PseudonymOf(const std::string& kind, const std::string& name,
                                    const std::string& attribution) const {
  const std::string inner = credentials::Sha256Hex(key_ + attribution + '\0' + kind + '\0' + name);
  return kind + "-" + credentials::Sha256Hex(key_ + inner).substr(0, kShownDigits);
}

void HolderMask::Mask(v1::AttributeResponse& response) const {
  response.set_masked(true);
  for (v1::AttributedHolder& holder : *response.mutable_holders()) {
    if (!holder.user().empty()) holder.set_user(PseudonymOf("user", holder.user(), response.id()));
    holder.set_host(PseudonymOf("host", holder.host(), response.id()));
    holder.clear_first_seen();
    holder.clear_last_seen();
    holder.clear_event_ids();
    holder.clear_fullest_event();
    holder.clear_touched();
  }
}

bool IsAttributionId(const std::string& id) {
  return id.starts_with(kAttribution) && id.size() == kAttribution.size() + kIdDigits &&
         IsHexadecimal(std::string_view(id).substr(kAttribution.size()));
}

}  // namespace vigie::server::api
