#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <string>

#include "core/customers/record_set.h"
#include "vigie/v1/audit_service.pb.h"

// What of a request and of its answers stands in the audit; generic over messages, by their descriptors.
namespace vigie::server::api {

// The fields that are set, as JSON on one line of at most some thousand bytes. Names that were asked about stand there
// as they were asked (README: why). Bytes and texts over 200 bytes (policies, certificate requests) become their length
// and hash; fields called `token` or `password` become "secret".
std::string AuditText(const google::protobuf::Message& request);

// What an answer, of one message or of many, tells.
class AnswerCount {
 public:
  void Add(const google::protobuf::Message& message);
  void WriteTo(v1::AuditEntry& entry) const;
  bool empty() const { return events_ == 0 && incidents_ == 0 && others_customers_ == 0; }

 private:
  std::map<std::string, customers::RecordSet> customers_;  // by ledger, of events
  std::uint64_t others_customers_ = 0;                     // that incidents and holders say of themselves
  std::uint64_t events_ = 0;
  std::uint64_t incidents_ = 0;
};

}  // namespace vigie::server::api
