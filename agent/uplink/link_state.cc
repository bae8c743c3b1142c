#include "agent/uplink/link_state.h"

namespace vigie::agent::uplink {
namespace {

bool Says(const base::Error& error, std::string_view words) {
  return error.message.find(words) != std::string::npos;
}

// gRPC has no code of its own for it (1.51).
bool IsHandshake(std::string_view message) {
  return message.find("andshake") != std::string_view::npos || message.find("certificate") != std::string_view::npos ||
         message.find("Peer name") != std::string_view::npos;
}

}  // namespace

std::string_view NameOf(LinkState state) {
  switch (state) {
    case LinkState::kConnecting:
      return "connecting";
    case LinkState::kConnected:
      return "connected";
    case LinkState::kUnreachable:
      return "unreachable";
    case LinkState::kNoAnswer:
      return "no answer";
    case LinkState::kCertificate:
      return "certificate refused";
    case LinkState::kNotAdmitted:
      return "not admitted";
    case LinkState::kBusy:
      return "collector busy";
    case LinkState::kRefused:
      return "refused";
    case LinkState::kReplaced:
      return "replaced";
    case LinkState::kCannotStore:
      return "collector cannot store";
    case LinkState::kSpool:
      return "spool unreadable";
  }
  return "";
}

LinkState LinkStateOf(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kUnavailable:
      if (IsHandshake(error.message)) return LinkState::kCertificate;
      if (Says(error, "cannot store")) return LinkState::kCannotStore;
      return Says(error, "too busy") ? LinkState::kBusy : LinkState::kUnreachable;
    case base::ErrorCode::kDeadlineExceeded:
      return LinkState::kNoAnswer;
    case base::ErrorCode::kUnauthenticated:
      return LinkState::kCertificate;
    case base::ErrorCode::kPermissionDenied:
      return LinkState::kNotAdmitted;
    case base::ErrorCode::kResourceExhausted:
      return LinkState::kBusy;
    case base::ErrorCode::kCancelled:
      return LinkState::kReplaced;
    default:
      return LinkState::kRefused;
  }
}

}  // namespace vigie::agent::uplink
