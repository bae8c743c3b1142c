#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "vigie/v1/error_detail.pb.h"

// Errors by reasons that outlive their wording: what a caller is refused is told in English, and this table knows each
// of these sentences. The console has a text for each reason in its languages, under `refusal` of its locale files.
namespace vigie::server::http {

struct ErrorReason {
  std::string_view name;      // INCIDENT_CLOSED_ALREADY
  std::string_view sentence;  // "incident {incident} is closed already": what stands in braces is a parameter
};

std::span<const ErrorReason> ErrorReasons();

// Of the first sentence that the message is; nothing for any other message, or one that is no UTF-8. A parameter named
// `field` has small letters, digits, "." and "_" only; every other one is anything but nothing.
std::optional<v1::ErrorDetail> ReasonOf(std::string_view message);

}  // namespace vigie::server::http
