#include "server/integrations/webhook.h"

#include <algorithm>
#include <array>

#include "platform/base/logging.h"
#include "server/integrations/pseudonyms.h"

namespace vigie::server::integrations {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Error AnsweredWith(long status) {
  return {IsObjection(status) ? ErrorCode::kFailedPrecondition : ErrorCode::kUnavailable,
          "answered with status " + std::to_string(status)};
}

}  // namespace

std::string SignatureOf(std::string_view secret, base::SystemTime at, std::string_view body) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  std::string text = std::to_string(seconds) + ".";
  text += body;
  return "t=" + std::to_string(seconds) + ",v1=" + Hex(HmacSha256(secret, text));
}

bool IsRefusal(long status) {
  constexpr long kBadRequest = 400;
  constexpr long kTooLarge = 413;
  constexpr long kUnprocessable = 422;
  return status == kBadRequest || status == kTooLarge || status == kUnprocessable;
}

bool IsObjection(long status) {
  constexpr std::array kOfUs = {401L, 407L, 408L, 425L, 429L};
  return status >= 400 && status < 500 && std::ranges::find(kOfUs, status) == kOfUs.end();
}

Result<Transfer::Answer> Webhook::Post(const v1::OutboxMessage& message, const std::stop_token& stop) {
  const std::string& body = message.finding();
  return transfer_.Run({.url = destination_.config.webhook().url(),
                        .headers = {"Content-Type: application/json", "Expect:", "User-Agent: Vigie/" + version_,
                                    "X-Vigie-Id: " + message.id(),
                                    "X-Vigie-Signature: " + SignatureOf(destination_.secret, clock_.Now(), body)},
                        .body = body},
                       stop);
}

Delivery Webhook::Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) {
  Delivery delivery;
  for (const WaitingMessage& waiting : messages) {
    const auto answer = Post(waiting.message, stop);
    if (answer && answer->status >= 200 && answer->status < 300) {
      ++delivery.taken;
    } else if (answer && IsRefusal(answer->status)) {
      base::LogWarning("integration {}: message {} was refused for good with status {}", destination_.name(),
                       waiting.message.id(), answer->status);
      ++delivery.refused;
    } else {
      delivery.error = answer ? AnsweredWith(answer->status) : answer.error();
      if (answer) delivery.wanted_pause = answer->retry_after;
      break;
    }
  }
  return delivery;
}

}  // namespace vigie::server::integrations
