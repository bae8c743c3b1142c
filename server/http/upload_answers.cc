#include "server/http/upload_answers.h"

#include <filesystem>

#include "platform/temporary_file.h"
#include "server/http/awaited_call.h"
#include "server/http/connect_protocol.h"
#include "server/http/headers.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorCode;
using boost::system::error_code;

constexpr std::string_view kFileType = "application/octet-stream";
constexpr const char* kDescribePath = "/vigie.v1.AttributionService/DescribeUpload";
constexpr const char* kAttributePath = "/vigie.v1.AttributionService/AttributeUpload";
// A caller who may goes on sending for so long at most, and sends so much each time that patience lasts.
constexpr std::chrono::minutes kLongestUpload{10};
constexpr std::uint64_t kPatienceBytes = 1 << 20;
// Of the file system that the store writes to, also when two callers begin at once.
constexpr std::uint64_t kLeftFree = std::uint64_t{512} << 20;

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

std::uint64_t LengthOf(const Request& head) {
  return std::strtoull(std::string(HeaderOf(head, "Content-Length")).c_str(), nullptr, 10);
}

UploadAnswer Unread(const Request& head, const Error& error, unsigned status = 0) {
  UploadAnswer answer{ErrorResponse(head, error, status), {}, true};
  answer.response.keep_alive(false);
  return answer;
}

UploadAnswer Unread(const Request& head, const grpc::Status& status) {
  UploadAnswer answer{StatusResponse(head, status), status, true};
  answer.response.keep_alive(false);
  return answer;
}

// Why the file is not read at all.
std::optional<UploadAnswer> CheckFile(const Request& head, const Outcome& described) {
  if (!described.status.ok()) return Unread(head, described.status);
  v1::DescribeUploadResponse taken;
  if (!taken.ParseFromString(BytesOf(described.message))) {
    return Unread(head, {ErrorCode::kInternal, "what is taken cannot be read"});
  }
  if (taken.most_bytes() == 0) {
    return Unread(head, {ErrorCode::kFailedPrecondition, "no index is configured: name indexes in collector.yaml"});
  }
  if (MediaType(HeaderOf(head, "Content-Type")) != kFileType) {
    return Unread(head, {ErrorCode::kInvalidArgument, "Content-Type must be " + std::string(kFileType)});
  }
  const std::uint64_t length = LengthOf(head);
  if (length == 0) return Unread(head, {ErrorCode::kInvalidArgument, "the file is empty"});
  if (length <= taken.most_bytes()) return std::nullopt;
  const std::string most = std::to_string(taken.most_bytes());
  return Unread(head, {ErrorCode::kInvalidArgument, "the file is longer than " + most + " bytes"}, 413);
}

// The whole file, or why not; an error of the network is none of ours.
asio::awaitable<base::Result<void>> Receive(Upload& upload, platform::TemporaryFile& file) {
  const auto end = std::chrono::steady_clock::now() + kLongestUpload;
  base::Result<void> kept;
  std::uint64_t patient_until = 0;
  // Named, with its type: GCC 12 destroys the temporaries of an expression with co_await twice.
  const std::function<bool(std::string_view)> keep = [&](std::string_view bytes) {
    kept = file.Append(bytes);
    if (file.size() >= patient_until) {
      patient_until = file.size() + kPatienceBytes;
      upload.transport.Patience(upload.limits.idle);
    }
    return kept && std::chrono::steady_clock::now() < end;
  };
  const error_code error = co_await upload.reader.ReadInto(upload.head, LengthOf(upload.head), keep);
  if (!kept) co_return kept.error();
  if (error) co_return Error{ErrorCode::kCancelled, "the file did not come to its end"};
  co_return base::Result<void>();
}

v1::AttributeUploadRequest RequestFor(const UploadShelf::Place& place, std::uint64_t bytes) {
  v1::AttributeUploadRequest request;
  request.set_token(place.ticket());
  request.set_bytes(bytes);
  return request;
}

asio::awaitable<Outcome> Ask(Upload& upload, const char* path, const google::protobuf::Message& message) {
  upload.relayed.path = path;
  upload.relayed.message = ToBuffer(message);
  const auto running = upload.begin(upload.relayed);
  co_return co_await CallOnce(running);
}

asio::awaitable<UploadAnswer> PassOn(Upload& upload, const platform::TemporaryFile& file) {
  auto readable = file.OpenForReading();
  if (!readable) co_return UploadAnswer{ErrorResponse(upload.head, readable.error()), {}, false};
  const auto place = upload.uploads.shelf->Put(*std::move(readable));
  const v1::AttributeUploadRequest request = RequestFor(place, file.size());
  const Outcome outcome = co_await Ask(upload, kAttributePath, request);
  const auto method = Method::Find(kAttributePath);
  if (!method) co_return UploadAnswer{ErrorResponse(upload.head, method.error()), {}, false};
  co_return UploadAnswer{ToResponse(upload.head, *method, outcome), outcome.status, false};
}

bool HasRoom(const Upload& upload) {
  std::error_code failure;
  const auto space = std::filesystem::space(upload.uploads.directory, failure);
  return !failure && space.available >= kLeftFree + LengthOf(upload.head);
}

asio::awaitable<UploadAnswer> ReadAndPassOn(Upload& upload) {
  const auto place = upload.places.Take(1);
  if (!place) {
    const Error full{ErrorCode::kResourceExhausted, "other files are being received: try again in a moment"};
    co_return Unread(upload.head, full);
  }
  if (!HasRoom(upload)) {
    const Error no_room{ErrorCode::kResourceExhausted, "the collector's disk has no room for it"};
    co_return Unread(upload.head, no_room, 507);
  }
  auto file = platform::TemporaryFile::Make(upload.uploads.directory);
  if (!file) co_return Unread(upload.head, file.error());
  const auto received = co_await Receive(upload, *file);
  if (!received) co_return Unread(upload.head, received.error());
  co_return co_await PassOn(upload, *file);
}

}  // namespace

bool IsUpload(const Request& head) {
  return WantedBy(head) == Wanted::kAttribution && head.method() == beast_http::verb::post;
}

asio::awaitable<UploadAnswer> AnswerUpload(Upload& upload) {
  const v1::DescribeUploadRequest which;
  const Outcome described = co_await Ask(upload, kDescribePath, which);
  if (auto refused = CheckFile(upload.head, described)) co_return *std::move(refused);
  co_return co_await ReadAndPassOn(upload);
}

}  // namespace vigie::server::http
