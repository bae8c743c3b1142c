#include "server/api/enrollment_service.h"

#include "server/api/caller_address.h"

namespace vigie::server::api {

grpc::Status EnrollmentService::CreateEnrollmentToken(grpc::ServerContext* context,
                                                      const v1::CreateEnrollmentTokenRequest* request,
                                                      v1::CreateEnrollmentTokenResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto created = enrollment_.CreateToken(*request);
    if (!created) return created.error();
    *response = std::move(*created);
    return {};
  });
}

grpc::Status EnrollmentService::Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                                       v1::EnrollResponse* response) {
  auto enrolled = enrollment_.Enroll(CallerAddress(*context), *request);
  if (!enrolled) return contract::ToStatus(enrolled.error());
  *response = std::move(*enrolled);
  return grpc::Status::OK;
}

}  // namespace vigie::server::api
