#include "tests/fleet/enrollment.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/credentials/certificates.h"
#include "platform/base/guarded.h"
#include "tests/fleet/simulated_agent.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"

namespace vigie::fleet {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kCallsAtOnce = 4;

Result<std::vector<AgentCredentials>> ReadKept(const std::string& path) {
  std::vector<AgentCredentials> kept;
  std::ifstream file(path);
  if (path.empty() || !file) return kept;
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_array()) return Error{ErrorCode::kInvalidArgument, path + ": is no list of credentials: remove it"};
  for (const auto& entry : json)
    kept.push_back({entry.value("id", ""), entry.value("key", ""), entry.value("certificate", "")});
  return kept;
}

Result<void> Keep(const std::string& path, const std::vector<AgentCredentials>& all) {
  if (path.empty()) return {};
  auto json = nlohmann::json::array();
  for (const AgentCredentials& one : all) {
    json.push_back({{"id", one.agent_id}, {"key", one.key_pem}, {"certificate", one.certificate_pem}});
  }
  std::ofstream file(path, std::ios::trunc);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (!(file << json.dump(1) << "\n")) return Error{ErrorCode::kUnavailable, path + ": cannot be written"};
  return {};
}

Result<AgentCredentials> EnrollOne(v1::EnrollmentService::Stub& stub, const std::string& token,
                                   const std::string& host) {
  const auto request = credentials::CreateAgentRequest(host);
  if (!request) return request.error();
  v1::EnrollRequest enroll;
  enroll.set_token(token);
  enroll.set_host(host);
  enroll.set_certificate_request_pem(request->request_pem);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  v1::EnrollResponse response;
  const auto status = stub.Enroll(&context, enroll, &response);
  if (!status.ok()) return Error{ErrorCode::kUnavailable, host + " cannot be enrolled: " + status.error_message()};
  return AgentCredentials{response.agent_id(), request->key_pem, response.certificate_pem()};
}

// Fills in those of `all` from `first` on.
Result<void> EnrollFrom(std::uint32_t first, const Endpoint& endpoint, const EnrollmentPlan& plan,
                        std::vector<AgentCredentials>& all) {
  const auto token = plan.token(plan.agents - first);
  if (!token) return token.error().Wrap("enrolment token");
  const auto channel = OpenChannel(endpoint, {});
  std::atomic<std::uint32_t> next = first;
  base::Guarded<std::optional<Error>> failure;
  const auto work = [&] {
    const auto stub = v1::EnrollmentService::NewStub(channel);
    for (std::uint32_t agent = next++; agent < plan.agents && !*failure.Lock(); agent = next++) {
      auto enrolled = EnrollOne(*stub, *token, World::HostOf(agent));
      if (!enrolled) {
        *failure.Lock() = enrolled.error();
        return;
      }
      all[agent] = *std::move(enrolled);
      if (plan.progress) plan.progress(agent + 1);
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kCallsAtOnce; ++i) threads.emplace_back(work);
  threads.clear();  // waits
  auto failed = failure.Lock();
  return *failed ? Result<void>(**failed) : Result<void>();
}

}  // namespace

Result<std::vector<AgentCredentials>> EnrollFleet(const Endpoint& endpoint, const EnrollmentPlan& plan) {
  if (endpoint.insecure) {
    std::vector<AgentCredentials> named;
    for (std::uint32_t i = 0; i < plan.agents; ++i) named.push_back({"agent-" + std::to_string(i), "", ""});
    return named;
  }
  auto all = ReadKept(plan.file);
  if (!all) return all.error();
  const auto kept = static_cast<std::uint32_t>(all->size());
  all->resize(plan.agents);
  if (kept >= plan.agents) return all;
  if (auto enrolled = EnrollFrom(kept, endpoint, plan, *all); !enrolled) return enrolled.error();
  if (auto saved = Keep(plan.file, *all); !saved) return saved.error();
  return all;
}

}  // namespace vigie::fleet
