#pragma once

#include "server/integrations/sender.h"
#include "server/integrations/tls_stream.h"

namespace vigie::server::integrations {

// RFC 5424, without its frame: facility 13 (log audit), the finding's JSON as the text.
std::string SyslogText(const v1::OutboxMessage& message, const std::string& version);
// RFC 5425: the length in bytes, a space, the text.
std::string SyslogFrame(const std::string& text);

// Syslog over TLS. The protocol has no acknowledgement: messages go over a connection that is closed behind them, and
// are taken once the receiver says that he has read to the end (close_notify), too.
class Syslog final : public Sender {
 public:
  Syslog(const Destination& destination, std::string version);

  Delivery Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) override;

 private:
  base::Result<void> SendAll(std::span<const WaitingMessage> messages, const std::stop_token& stop);

  const TlsPeer peer_;
  const std::string version_;
};

}  // namespace vigie::server::integrations
