#include "agent/enroll/enrollment_client.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "proto/contract/grpc_status.h"
#include "proto/contract/tls_floor.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"

namespace vigie::agent::enroll {

base::Result<v1::EnrollResponse> EnrollmentClient::Enroll(const v1::EnrollRequest& request) {
  contract::UseTls13Only();
  const auto credentials =
      target_.insecure_loopback ? grpc::InsecureChannelCredentials() : grpc::SslCredentials({target_.ca_pem, "", ""});
  const auto stub = v1::EnrollmentService::NewStub(grpc::CreateChannel(target_.address, credentials));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  v1::EnrollResponse response;
  const grpc::Status status = stub->Enroll(&context, request, &response);
  if (!status.ok()) return contract::FromStatus(status).Wrap("collector " + target_.address);
  return response;
}

}  // namespace vigie::agent::enroll
