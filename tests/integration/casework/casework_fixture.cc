#include "tests/integration/casework/casework_fixture.h"

#include "server/store/sqlite/sqlite_store.h"
#include "vigie/v1/access_service.grpc.pb.h"

namespace vigie::server {

void CaseworkTest::Begin(int over, const std::string& extra) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, over, extra)).ok());
  client_ = Connect(NewAgent());
}

void CaseworkTest::Leak(const EventPlan& plan) {
  ASSERT_TRUE(client_->Send({MakeEvent(plan)}));
  ASSERT_TRUE(client_->AwaitAck());
}

Analyst CaseworkTest::NewPerson(const std::string& name, const std::string& role) {
  v1::CreateApiTokenRequest request;
  request.set_name(name);
  request.set_role(role);
  v1::CreateApiTokenResponse response;
  const auto channel = grpc::CreateChannel(address(), TlsCredentials(state_.ca()));
  const auto status =
      v1::AccessService::NewStub(channel)->CreateApiToken(analyst().NewContext().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return {address(), state_.ca(), response.token()};
}

std::unique_ptr<v1::DossierService::Stub> CaseworkTest::Dossiers() const {
  return v1::DossierService::NewStub(grpc::CreateChannel(address(), TlsCredentials(state_.ca())));
}

std::vector<v1::AuditEntry> CaseworkTest::StoppedOf(const std::string& method) {
  client_.reset();
  Stop();
  const auto store = SqliteStore::Open(state_.files().store());
  EXPECT_TRUE((*store)->VerifyAudit()->good());
  std::vector<v1::AuditEntry> of;
  const auto page = (*store)->ListAudit({.page_size = 1000});
  for (const auto& entry : page->entries) {
    if (entry.method() == method) of.push_back(entry);
  }
  return of;
}

}  // namespace vigie::server
