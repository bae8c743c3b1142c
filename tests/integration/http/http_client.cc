#include "tests/integration/http/http_client.h"

#include <algorithm>
#include <cctype>

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::http::field;

beast::http::request<beast::http::string_body> NewRequest(beast::http::verb verb, const std::string& path,
                                                          const std::string& token) {
  beast::http::request<beast::http::string_body> request(verb, path, 11);
  request.set(field::host, "localhost");
  if (!token.empty()) request.set(field::authorization, "Bearer " + token);
  return request;
}

}  // namespace

HttpClient::HttpClient(const std::string& address, const std::string& ca_pem) {
  tls_.add_certificate_authority(asio::buffer(ca_pem));
  tls_.set_verify_mode(asio::ssl::verify_peer);
  tls_.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  stream_ = std::make_unique<beast::ssl_stream<asio::ip::tcp::socket>>(context_, tls_);
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  auto& socket = beast::get_lowest_layer(*stream_);
  socket.connect({asio::ip::make_address(address.substr(0, colon)), port});
  stream_->handshake(asio::ssl::stream_base::client);
}

Reply HttpClient::Get(const std::string& path, const std::string& token) {
  return Send(NewRequest(beast::http::verb::get, path, token));
}

Reply HttpClient::Post(const std::string& path, const std::string& json, const std::string& token) {
  auto request = NewRequest(beast::http::verb::post, path, token);
  request.set(field::content_type, "application/json");
  request.body() = json;
  request.prepare_payload();
  return Send(request);
}

Reply HttpClient::Ask(const std::string& verb, const std::string& path, const Headers& headers,
                      const std::string& body) {
  beast::http::request<beast::http::string_body> request(beast::http::string_to_verb(verb), path, 11);
  request.set(field::host, "localhost");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  if (!body.empty() || verb == "POST") request.prepare_payload();
  return Send(request);
}

void HttpClient::Write(const std::string& bytes) {
  boost::system::error_code ignored;  // a server that has heard enough may be gone before the last byte
  asio::write(*stream_, asio::buffer(bytes), ignored);
}

Reply HttpClient::Raw(const std::string& bytes) {
  Write(bytes);
  return Read();
}

unsigned HttpClient::ReadHead() {
  beast::http::response_parser<beast::http::empty_body> parser;
  parser.skip(true);
  boost::system::error_code error;
  beast::http::read_header(*stream_, buffer_, parser, error);
  return error ? 0 : parser.get().result_int();
}

void HttpClient::AwaitEnd() {
  boost::system::error_code error;
  char byte = 0;
  while (!error) stream_->read_some(asio::buffer(&byte, 1), error);
}

Reply HttpClient::Send(const beast::http::request<beast::http::string_body>& request) {
  beast::http::write(*stream_, request);
  return Read();
}

Reply HttpClient::Read() {
  beast::http::response<beast::http::string_body> response;
  boost::system::error_code error;
  beast::http::read(*stream_, buffer_, response, error);
  if (error) return {};
  Reply reply{response.result_int(), response.body(), std::string(response[field::allow]), {}};
  for (const auto& header : response) {
    std::string name(header.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
    reply.headers.emplace(std::move(name), std::string(header.value()));
  }
  return reply;
}

void HttpClient::Watch(const std::string& path, const std::string& json, const std::string& token) {
  Watch(path, json, Headers{{"Authorization", "Bearer " + token}, {"Content-Type", "application/connect+json"}});
}

void HttpClient::Watch(const std::string& path, const std::string& json, const Headers& headers) {
  auto request = NewRequest(beast::http::verb::post, path, "");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = std::string("\0\0\0\0", 4) + static_cast<char>(json.size()) + json;
  request.prepare_payload();
  beast::http::write(*stream_, request);
  parser_ = std::make_unique<beast::http::response_parser<beast::http::buffer_body>>();
  beast::http::read_header(*stream_, buffer_, *parser_);
}

std::string HttpClient::ReadBytes(std::size_t count) {
  std::string bytes(count, '\0');
  auto& body = parser_->get().body();
  body.data = bytes.data();
  body.size = count;
  boost::system::error_code error;
  while (body.size > 0 && !parser_->is_done()) {
    // Not read: that would wait for more than was asked for.
    beast::http::read_some(*stream_, buffer_, *parser_, error);
    if (error && error != beast::http::error::need_buffer) break;
  }
  bytes.resize(count - body.size);
  return bytes;
}

std::string HttpClient::NextMessage() {
  const std::string prefix = ReadBytes(5);
  if (prefix.size() < 5) return "";
  end_ = prefix[0] == 2;
  std::size_t length = 0;
  for (const char byte : prefix.substr(1)) length = (length << 8) | static_cast<unsigned char>(byte);
  return ReadBytes(length);
}

void HttpClient::Close() {
  boost::system::error_code ignored;
  beast::get_lowest_layer(*stream_).close(ignored);
}

}  // namespace vigie::server::http
