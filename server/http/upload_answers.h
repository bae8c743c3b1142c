#pragma once

#include <functional>

#include "server/http/answers.h"
#include "server/http/budget.h"
#include "server/http/request_reader.h"

namespace vigie::server::http {

// A request to POST /attribution, on its connection; all outlive it.
struct Upload {
  const Request& head;
  RequestReader& reader;
  Transport& transport;
  const Uploads& uploads;
  Budget& places;
  const Limits& limits;
  RelayedRequest relayed;  // with who asks; without path and message
  std::function<std::shared_ptr<RelayedCall>(const RelayedRequest&)> begin;
};

bool IsUpload(const Request& head);

struct UploadAnswer {
  Response response;
  grpc::Status status;  // of the call that says so, if one does
  bool unread = false;  // the file was not read to its end
};

// Asks first whether the caller may (DescribeUpload), only then reads the file, of at most what that says, and passes
// it on (AttributeUpload). Nothing of it is left when this returns.
boost::asio::awaitable<UploadAnswer> AnswerUpload(Upload& upload);

}  // namespace vigie::server::http
