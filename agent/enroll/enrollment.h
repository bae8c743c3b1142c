#pragma once

#include <string>

#include "agent/enroll/identity.h"
#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/enrollment_service.pb.h"

namespace vigie::agent::enroll {

// The collector's side of an enrolment; EnrollmentClient is its real body.
class EnrollmentAuthority {
 public:
  virtual ~EnrollmentAuthority() = default;
  virtual base::Result<v1::EnrollResponse> Enroll(const v1::EnrollRequest& request) = 0;
};

struct EnrollmentOrder {
  std::string state_directory;
  std::string host;
  std::string token;
  bool force = false;  // replace an identity
};

// Makes a key, has it signed, and keeps both; returns the agent's id. kAlreadyExists if this host is enrolled and the
// order does not force. The collector's answer is checked before anything is written.
base::Result<std::string> Enroll(const EnrollmentOrder& order, EnrollmentAuthority& authority,
                                 platform::FileSystem& files);

}  // namespace vigie::agent::enroll
