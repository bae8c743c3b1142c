#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <map>
#include <memory>
#include <string>

namespace vigie::server::http {

struct Reply {
  unsigned status = 0;  // 0: the connection ended without an answer
  std::string body;
  std::string allow;
  std::map<std::string, std::string> headers;  // names in small letters
};

using Headers = std::map<std::string, std::string>;

// One connection to the collector's HTTP side over real TLS, as a browser or a script has it.
class HttpClient {
 public:
  // "127.0.0.1:PORT"; throws if nobody listens.
  HttpClient(const std::string& address, const std::string& ca_pem);

  Reply Get(const std::string& path, const std::string& token = "");
  Reply Post(const std::string& path, const std::string& json, const std::string& token = "");
  // With exactly these headers beside Host and the length of a body that is not empty.
  Reply Ask(const std::string& verb, const std::string& path, const Headers& headers, const std::string& body = "");
  // These bytes as they are; then what comes back.
  Reply Raw(const std::string& bytes);
  void Write(const std::string& bytes);
  // The status of what comes back to a HEAD; 0: the end.
  unsigned ReadHead();
  // Returns once the other side has ended the connection.
  void AwaitEnd();
  // Begins a stream; its messages, without their prefixes, come one by one. "" once it has ended.
  void Watch(const std::string& path, const std::string& json, const std::string& token);
  void Watch(const std::string& path, const std::string& json, const Headers& headers);
  std::string NextMessage();
  bool LastWasTheEnd() const { return end_; }
  void Close();
  std::uint16_t port() const { return boost::beast::get_lowest_layer(*stream_).local_endpoint().port(); }

 private:
  Reply Send(const boost::beast::http::request<boost::beast::http::string_body>& request);
  Reply Read();
  std::string ReadBytes(std::size_t count);

  boost::asio::io_context context_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_client};
  std::unique_ptr<boost::beast::ssl_stream<boost::asio::ip::tcp::socket>> stream_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<boost::beast::http::response_parser<boost::beast::http::buffer_body>> parser_;
  bool end_ = false;
};

}  // namespace vigie::server::http
