#include "server/http/request_reader.h"

#include <algorithm>

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kDropTime{3};
const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kReadBytes = 16 << 10;

}  // namespace

asio::awaitable<error_code> RequestReader::ReadHead(Parser& parser) {
  error_code error;
  while (!error && !parser.is_header_done()) error = co_await ParseMore(parser);
  co_return error;
}

asio::awaitable<error_code> RequestReader::ReadBody(Parser& parser) {
  error_code error;
  // curl waits for this word before it sends a long request.
  if (WaitsForWord(parser.get())) error = co_await transport_.Write(asio::buffer(kContinue));
  while (!error && !parser.is_done()) error = co_await ParseMore(parser);
  co_return error;
}

asio::awaitable<error_code> RequestReader::ReadInto(const beast_http::request_header<>& head, std::uint64_t length,
                                                    const std::function<bool(std::string_view)>& take) {
  error_code error;
  if (WaitsForWord(head)) error = co_await transport_.Write(asio::buffer(kContinue));
  while (!error && length > 0) {
    if (buffer_.size() == 0) {
      const std::size_t read = co_await transport_.Read(buffer_.prepare(kReadBytes), error);
      buffer_.commit(read);
    }
    const auto bytes = buffer_.data();
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length));
    if (!error && !take({static_cast<const char*>(bytes.data()), size})) error = asio::error::operation_aborted;
    buffer_.consume(size);
    length -= size;
  }
  co_return error;
}

asio::awaitable<void> RequestReader::Drop() {
  transport_.Patience(kDropTime);
  error_code error;
  std::size_t dropped = 0;
  while (!error && dropped < 2 * limits_.request_bytes) {
    buffer_.clear();
    dropped += co_await transport_.Read(buffer_.prepare(kReadBytes), error);
  }
}

asio::awaitable<error_code> RequestReader::ParseMore(Parser& parser) {
  error_code error;
  if (buffer_.size() != 0) {
    buffer_.consume(parser.put(buffer_.data(), error));
    if (error != beast_http::error::need_more) co_return error;
    error = {};
  }
  const auto space = buffer_.prepare(kReadBytes);
  const std::size_t read = co_await transport_.Read(space, error);
  buffer_.commit(read);
  co_return error;
}

}  // namespace vigie::server::http
