#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "vigie/v1/error_detail.pb.h"

// Errors by reasons that outlive their wording: what people are told is written in English where it is found out, and a
// table knows each of these sentences. The console has a text for each reason in its languages.
namespace vigie::contract {

struct ErrorReason {
  std::string_view name;      // INCIDENT_CLOSED_ALREADY
  std::string_view sentence;  // "incident {incident} is closed already": what stands in braces is a parameter
};

// Of the first sentence of the table that the message, which is UTF-8, is; nothing for any other message. A parameter
// named `field` has small letters, digits, "." and "_" only; every other one is anything but nothing. Pure.
std::optional<v1::ErrorDetail> FindReason(std::span<const ErrorReason> table, std::string_view message);

}  // namespace vigie::contract
