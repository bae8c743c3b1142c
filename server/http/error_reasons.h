#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "proto/contract/error_reason.h"

// What a caller is refused, by reasons (error_reason.h). The console's texts stand under `refusal` of its locale files.
namespace vigie::server::http {

using contract::ErrorReason;

std::span<const ErrorReason> ErrorReasons();

// Nothing for a message that is none of these sentences, or no UTF-8.
std::optional<v1::ErrorDetail> ReasonOf(std::string_view message);

}  // namespace vigie::server::http
