#include "server/integrations/delivery_reasons.h"

#include <array>

namespace vigie::server::integrations {
namespace {

using contract::ErrorReason;

constexpr auto kReasons = std::to_array<ErrorReason>({
    {"STATUS", "answered with status {status}"},
    {"REFUSED", "the message was refused"},
    {"REFUSED", "a message was refused for good"},
    {"STOPPING", "the collector stops"},
    {"NAME_SLOW", "looking its name up took too long"},
    {"NAME_UNKNOWN", "its name cannot be looked up"},
    {"NAME_UNKNOWN", "Couldn't resolve host name"},
    {"NAME_UNKNOWN", "Could not resolve hostname"},
    {"NAME_UNKNOWN", "Couldn't resolve host name (answer {answer})"},
    {"UNREACHABLE", "cannot connect"},
    {"UNREACHABLE", "Couldn't connect to server"},
    {"UNREACHABLE", "Could not connect to server"},
    {"CONNECTING_SLOW", "connecting took too long"},
    {"WRITING_SLOW", "writing took too long"},
    {"TIMEOUT", "Timeout was reached"},
    {"TIMEOUT", "Timeout was reached (answer {answer})"},
    {"CONNECTION_LOST", "the connection was lost"},
    {"CONNECTION_LOST", "Failure when receiving data from the peer"},
    {"CONNECTION_LOST", "Failed sending data to the peer"},
    {"CONNECTION_LOST", "Server returned nothing (no headers, no data)"},
    {"CERTIFICATE", "its certificate: {why}"},
    {"CERTIFICATE_BAD", "SSL peer certificate or SSH remote key was not OK"},
    {"CERTIFICATE_NAME", "its name cannot be checked"},
    {"TLS", "TLS cannot be used"},
    {"TLS", "SSL connect error"},
    {"TLS", "Requested SSL level failed"},
    {"TLS", "Requested SSL level failed (answer {answer})"},
    {"CA_EMPTY", "ca holds no certificate"},
    {"CA_EMPTY", "Problem with the SSL CA cert (path? access rights?)"},
    {"CLIENT_CERTIFICATE", "the client certificate cannot be used"},
    {"LOGIN", "Login denied"},
    {"LOGIN", "Login denied (answer {answer})"},
});

}  // namespace

std::span<const ErrorReason> DeliveryReasons() {
  return kReasons;
}

std::optional<v1::ErrorDetail> ReasonOfDelivery(std::string_view message) {
  return contract::FindReason(kReasons, message);
}

}  // namespace vigie::server::integrations
