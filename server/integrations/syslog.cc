#include "server/integrations/syslog.h"

#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {
namespace {

using base::Deadline;
using base::Result;

constexpr int kLogAudit = 13;
constexpr std::chrono::seconds kAllTime{30};

int SyslogSeverity(v1::Severity severity) {
  switch (severity) {
    case v1::SEVERITY_CRITICAL:
      return 2;
    case v1::SEVERITY_HIGH:
      return 3;
    case v1::SEVERITY_MEDIUM:
      return 4;
    case v1::SEVERITY_LOW:
      return 5;
    default:
      return 6;
  }
}

// RFC 5424, section 6.3.3.
std::string Escaped(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == ']') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::string SyslogText(const v1::OutboxMessage& message, const std::string& version) {
  const int priority = kLogAudit * 8 + SyslogSeverity(message.severity());
  return "<" + std::to_string(priority) + ">1 " + contract::FormatTime(message.at()) +
         " - vigie-collector - finding [origin software=\"Vigie\" swVersion=\"" + Escaped(version) +
         "\"] \xEF\xBB\xBF" + message.finding();
}

std::string SyslogFrame(const std::string& text) {
  return std::to_string(text.size()) + " " + text;
}

Syslog::Syslog(const Destination& destination, std::string version)
    : peer_{.host = destination.endpoint.host,
            .port = destination.endpoint.port,
            .ca_pem = destination.ca_pem,
            .certificate_pem = destination.certificate_pem,
            .key_pem = destination.key_pem,
            .accept_unclean_close = destination.config.syslog().accept_unclean_close()},
      version_(std::move(version)) {
}

Result<void> Syslog::SendAll(std::span<const WaitingMessage> messages, const std::stop_token& stop) {
  const Deadline deadline = Deadline::After(kAllTime);
  const auto stream = TlsStream::Connect(peer_, deadline, stop);
  if (!stream) return stream.error();
  for (const WaitingMessage& waiting : messages) {
    auto written = (*stream)->Write(SyslogFrame(SyslogText(waiting.message, version_)), deadline, stop);
    if (!written) return written;
  }
  return (*stream)->Finish(deadline, stop);
}

Delivery Syslog::Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) {
  const auto sent = SendAll(messages, stop);
  if (!sent) return {.error = sent.error()};
  return {.taken = messages.size()};
}

}  // namespace vigie::server::integrations
