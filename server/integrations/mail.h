#pragma once

#include "server/integrations/sender.h"
#include "server/integrations/transfer.h"

namespace vigie::server::integrations {

// RFC 5322 with a text in MIME's base64: the title, the figures, and the finding's JSON. Lines end in CRLF.
std::string MailText(const v1::OutboxMessage& message, const v1::CollectorConfig::Email& email);

// An e-mail for each message, by SMTP over TLS.
class Mail final : public Sender {
 public:
  explicit Mail(const Destination& destination) : destination_(destination), transfer_(destination.ca_pem) {}

  Delivery Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) override;

 private:
  const Destination& destination_;
  Transfer transfer_;
};

}  // namespace vigie::server::integrations
