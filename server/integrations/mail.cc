#include "server/integrations/mail.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {
namespace {

constexpr std::size_t kLineBytes = 57;     // 76 characters
constexpr std::size_t kSubjectBytes = 42;  // in an encoded word of at most 75 characters

std::string Base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// RFC 2047; no character is cut in two.
std::string EncodedWords(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::size_t bytes = std::min(text.size(), kSubjectBytes);
    while (bytes < text.size() && bytes > 1 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + Base64(text.substr(0, bytes)) + "?=";
    text.remove_prefix(bytes);
  }
  return words;
}

// RFC 5322, section 3.3.
std::string MailDate(const google::protobuf::Timestamp& at) {
  using namespace std::chrono;
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(sys_seconds(seconds(at.seconds())));
  const year_month_day date(day);
  const std::string time = contract::FormatTime(at).substr(11, 8);
  return std::string(kDays[weekday(day).c_encoding()]) + ", " + std::to_string(unsigned{date.day()}) + " " +
         kMonths[unsigned{date.month()} - 1] + " " + std::to_string(int{date.year()}) + " " + time + " +0000";
}

std::string Lines(std::string_view bytes) {
  std::string lines;
  for (std::size_t at = 0; at < bytes.size(); at += kLineBytes) lines += Base64(bytes.substr(at, kLineBytes)) + "\r\n";
  return lines;
}

std::string BodyOf(const v1::OutboxMessage& message) {
  using Json = nlohmann::json;
  const Json finding = Json::parse(message.finding(), nullptr, false);
  return message.title() + "\n\nAt " + contract::FormatTime(message.at()) +
         ". The same as a Detection Finding of OCSF:\n\n" +
         finding.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string MailText(const v1::OutboxMessage& message, const v1::CollectorConfig::Email& email) {
  std::string to;
  for (const std::string& each : email.to()) to += (to.empty() ? "<" : ",\r\n <") + each + ">";
  const std::string domain = email.from().substr(email.from().find('@') + 1);
  return "Date: " + MailDate(message.at()) + "\r\nFrom: Vigie <" + email.from() + ">\r\nTo: " + to +
         "\r\nSubject: " + EncodedWords("[Vigie] " + message.title()) + "\r\nMessage-ID: <" + message.id() + "@" +
         domain + ">\r\nX-Vigie-Id: " + message.id() +
         "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8"
         "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         Lines(BodyOf(message));
}

Delivery Mail::Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) {
  const v1::CollectorConfig::Email& email = destination_.config.email();
  const std::string scheme = email.security() == "tls" ? "smtps://" : "smtp://";
  Delivery delivery;
  for (const WaitingMessage& waiting : messages) {
    const auto sent = transfer_.Run({.url = scheme + destination_.endpoint.text(),
                                     .user = email.user(),
                                     .password = destination_.secret,
                                     .from = email.from(),
                                     .to = {email.to().begin(), email.to().end()},
                                     .message = MailText(waiting.message, email)},
                                    stop);
    if (!sent) {
      delivery.error = sent.error();
      break;
    }
    ++delivery.taken;
  }
  return delivery;
}

}  // namespace vigie::server::integrations
