#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "proto/contract/error_reason.h"

// Why a destination takes nothing, by reasons (error_reason.h). The console's texts stand under `delivery_problem` of
// its locale files.
namespace vigie::server::integrations {

std::span<const contract::ErrorReason> DeliveryReasons();

// Of the words of this stage, whatever OpenSSL adds, and of those of libcurl's that are frequent; nothing for any
// others.
std::optional<v1::ErrorDetail> ReasonOfDelivery(std::string_view message);

}  // namespace vigie::server::integrations
