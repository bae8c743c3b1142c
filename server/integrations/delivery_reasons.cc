#include "server/integrations/delivery_reasons.h"

#include <algorithm>
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
    {"UNREACHABLE", "cannot connect"},
    {"UNREACHABLE", "Couldn't connect to server"},
    {"UNREACHABLE", "Could not connect to server"},
    {"CONNECTING_SLOW", "connecting took too long"},
    {"WRITING_SLOW", "writing took too long"},
    {"TIMEOUT", "Timeout was reached"},
    {"TIMEOUT", "waiting for the end took too long"},
    {"LAST_ANSWER", "Failed sending data to the peer (answer {answer})"},
    {"LAST_ANSWER", "Failure when receiving data from the peer (answer {answer})"},
    {"LAST_ANSWER", "Weird server reply (answer {answer})"},
    {"CONNECTION_LOST", "the connection was lost"},
    {"CONNECTION_LOST", "the connection was lost before all was read"},
    {"CONNECTION_LOST", "Failure when receiving data from the peer"},
    {"CONNECTION_LOST", "Failed sending data to the peer"},
    {"CONNECTION_LOST", "Server returned nothing (no headers, no data)"},
    {"NO_CLOSE_NOTIFY",
     "the receiver ended the connection without TLS's close_notify: nobody knows what it has kept (if it never sends "
     "one: accept_unclean_close: true)"},
    {"CERTIFICATE", "its certificate: {why}"},
    {"CERTIFICATE_BAD", "SSL peer certificate or SSH remote key was not OK"},
    {"CERTIFICATE_NAME", "its name cannot be checked"},
    {"TLS", "cannot connect: {why}"},
    {"TLS", "TLS cannot be used"},
    {"TLS", "SSL connect error"},
    {"TLS", "Requested SSL level failed"},
    {"CA_EMPTY", "ca holds no certificate"},
    {"CA_EMPTY", "Problem with the SSL CA cert (path? access rights?)"},
    {"CLIENT_CERTIFICATE", "the client certificate cannot be used"},
    {"LOGIN", "Login denied"},
});

}  // namespace

std::span<const ErrorReason> DeliveryReasons() {
  return kReasons;
}

// OpenSSL's word stands behind a step of ours, the last answer of the other side behind libcurl's words.
std::optional<v1::ErrorDetail> ReasonOfDelivery(std::string_view message) {
  if (auto detail = contract::FindReason(kReasons, message)) return detail;
  const std::size_t end = std::min(message.find(": "), message.find(" (answer "));
  return end == std::string_view::npos ? std::nullopt : contract::FindReason(kReasons, message.substr(0, end));
}

}  // namespace vigie::server::integrations
