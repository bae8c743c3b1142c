#pragma once

#include "server/api/authorization.h"
#include "server/api/enrollment.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"

namespace vigie::server::api {

class EnrollmentService final : public v1::EnrollmentService::Service {
 public:
  EnrollmentService(Enrollment& enrollment, Authorization& authorization)
      : enrollment_(enrollment), authorization_(authorization) {}

  grpc::Status CreateEnrollmentToken(grpc::ServerContext* context, const v1::CreateEnrollmentTokenRequest* request,
                                     v1::CreateEnrollmentTokenResponse* response) override;
  grpc::Status Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                      v1::EnrollResponse* response) override;

 private:
  Enrollment& enrollment_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
