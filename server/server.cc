#include "server/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "core/credentials/certificates.h"
#include "platform/base/logging.h"
#include "server/api/access_service.h"
#include "server/api/agent_service.h"
#include "server/api/attribution_service.h"
#include "server/api/audit_interceptor.h"
#include "server/api/audit_service.h"
#include "server/api/dossier_service.h"
#include "server/api/enrollment_service.h"
#include "server/api/event_service.h"
#include "server/api/evidence_service.h"
#include "server/api/fleet_service.h"
#include "server/api/incident_service.h"
#include "server/api/integration_service.h"
#include "server/api/metrics_service.h"
#include "server/api/policy_service.h"
#include "server/api/reflection_limit.h"
#include "server/api/refused_peers.h"
#include "server/api/search_service.h"
#include "server/api/session_service.h"
#include "server/api/store_service.h"
#include "server/api/unmask_service.h"
#include "server/api/user_service.h"
#include "server/attribute/inspected_upload.h"
#include "server/attribute/stored_attribution.h"
#include "server/detect/detector.h"
#include "server/detect/stored_backtest.h"
#include "server/dossier/stored_dossiers.h"
#include "server/http/http_server.h"
#include "server/http_setup.h"
#include "server/ingest/ingest_queue.h"
#include "server/inspector_setup.h"
#include "server/integrations/sent_integrations.h"
#include "server/listen_address.h"
#include "server/metrics/metered_intake.h"
#include "server/policy_start.h"
#include "server/proof/stored_evidence.h"
#include "server/retain/stored_retention.h"
#include "server/server_channel.h"
#include "server/server_credentials.h"
#include "server/state_files.h"
#include "server/state_setup.h"
#include "server/store/sqlite/sqlite_store.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kMaxAnswerBytes = 256 << 20;  // to the HTTP side, as vigie takes them: a large fleet in one list
constexpr int kRelayChannels = 16;          // times that: as many calls as there may be connections of browsers
constexpr std::chrono::seconds kGoodByeTime{3};
// At the rate of a full site two seconds of batches.
constexpr std::uint64_t kJournalBytes = std::uint64_t{32} << 20;
// At most; some hundredths of a second, unless the store fails.
constexpr std::chrono::seconds kAcknowledgedIsSeen{2};

}  // namespace

// In the order in which they need each other; destroyed in reverse.
struct Collector::Parts {
  struct Found {
    std::unique_ptr<Store> store;
    std::optional<credentials::KeyAndCertificate> authority;
    RetentionPlan plan;
    std::vector<integrations::Destination> destinations;
    integrations::Pseudonyms pseudonyms;
    std::string attribution_key;
    proof::EvidenceKey evidence_key;
    std::string agent_authorities_pem;
  };
  Parts(const CollectorSetup& setup, platform::FileSystem& files, const base::Clock& time, Found found)
      : clock(time),
        store(std::move(found.store)),
        trail(*store, clock),
        mask(*store, clock),
        refused(clock),
        sessions(clock),
        hub(setup.watch_capacity),
        figures(VIGIE_VERSION, clock),
        destinations(std::move(found.destinations)),
        pseudonyms(std::move(found.pseudonyms)),
        outbox(destinations, pseudonyms, clock, VIGIE_VERSION),
        detector(*store, clock, {&sessions, &hub, &event_hub, &figures, &outbox}, &near, &outbox),
        lane(*store, detector, &trail),
        sent(destinations, {*store, lane, clock, outbox, VIGIE_VERSION, [this] { return ConnectedAgents(); }},
             integrations::UnreachableAfter(setup.config.integrations())),
        ingest(lane, detector, clock,
               {.trust_greetings = setup.config.listen().insecure_loopback(), .witness = &outbox}),
        queue(ingest, lane),
        intake(queue, figures, clock),
        limiter(clock),
        authorization(*store, limiter, trail, !setup.config.listen().insecure_loopback(),
                      [this] { promises->AwaitStored(kAcknowledgedIsSeen); }),
        enrollment(lane, limiter, clock, std::move(found.authority)),
        agents({intake, sessions, refused, clock}, authorization),
        attribution(*store, std::move(found.attribution_key)),
        uploads(InspectorOptionsOf(setup.config), attribution, setup.launcher, files),
        backtest(*store, clock),
        retention({*store, clock, [this](v1::AuditEntry entry) { return trail.RecordNow(std::move(entry)); },
                   [this] { return lane.busy(); }},
                  std::move(found.plan)),
        attributions({attribution, uploads, shelf, authorization}),
        incidents({*store, lane, detector, hub, near, sessions, authorization, clock}),
        rollups(*store, clock),
        events({*store, event_hub, authorization, clock, rollups}),
        fleet({*store, lane, sessions, refused, authorization, clock}),
        enrollments(enrollment, authorization),
        audit(*store, authorization),
        access({*store, lane, clock, authorization}),
        dossiers({*store, lane, clock}),
        dossier_service(dossiers, authorization),
        unmasking({*store, lane, clock, authorization}),
        searches({*store, lane, clock, authorization}),
        stores(retention, authorization),
        integration_service(sent, authorization),
        heads({*store, lane, clock, std::move(found.evidence_key)}),
        evidence({*store, heads, clock, std::move(found.agent_authorities_pem)}),
        evidence_service(evidence, mask, authorization),
        users({*store, lane, clock, authorization, password_checks}),
        browsers({*store, lane, clock, authorization, trail, password_checks}),
        metrics(figures, authorization) {
    figures.Ask({.connected_agents = [this] { return sessions.count(); }, .integrations = &sent});
  }

  std::unordered_set<std::string> ConnectedAgents() const;
  Result<void> Listen(const v1::CollectorConfig& config, platform::FileSystem& files);
  std::vector<std::shared_ptr<grpc::Channel>> RelayChannels() const;
  Result<void> ListenHttp(const v1::CollectorConfig& config, platform::FileSystem& files);

  const base::Clock& clock;
  std::unique_ptr<Store> store;
  api::AuditTrail trail;
  api::RecordMask mask;
  api::RefusedPeers refused;
  api::AgentSessions sessions;
  api::WatchHub hub;
  api::EventHub event_hub;
  NearThresholds near;
  metrics::CollectorMetrics figures;
  std::vector<integrations::Destination> destinations;
  integrations::Pseudonyms pseudonyms;
  integrations::OutboxWriter outbox;
  detect::Detector detector;
  WriteLane lane;
  integrations::SentIntegrations sent;
  ingest::Ingest ingest;
  std::unique_ptr<ingest::PromisedBatches> promises;
  ingest::IngestQueue queue;
  metrics::MeteredIntake intake;
  api::FailureLimiter limiter;
  api::Authorization authorization;
  api::Enrollment enrollment;
  api::AgentService agents;
  attribute::StoredAttribution attribution;
  attribute::InspectedUpload uploads;
  UploadShelf shelf;
  detect::StoredBacktest backtest;
  retain::StoredRetention retention;
  api::AttributionService attributions;
  api::IncidentService incidents;
  RollupBook rollups;
  api::EventService events;
  api::FleetService fleet;
  api::EnrollmentService enrollments;
  api::AuditService audit;
  api::AccessService access;
  dossier::StoredDossiers dossiers;
  api::DossierService dossier_service;
  api::UnmaskService unmasking;
  api::SearchService searches;
  api::StoreService stores;
  api::IntegrationService integration_service;
  proof::HeadSigner heads;
  proof::StoredEvidence evidence;
  api::EvidenceService evidence_service;
  api::PasswordChecks password_checks;
  api::UserService users;
  api::SessionService browsers;
  api::MetricsService metrics;
  std::optional<api::PolicyBook> book;
  std::optional<api::PolicyService> policies;
  std::unique_ptr<grpc::Server> server;
  std::string address;
  // Of the HTTP side's calls: a name that nobody else has, in Linux's abstract namespace. Who connects there without
  // this process's secret is a caller like others.
  const std::string relay_address = "unix-abstract:vigie-" + credentials::CreateToken();
  std::unique_ptr<http::HttpServer> http;
  std::string http_address;
};

std::unordered_set<std::string> Collector::Parts::ConnectedAgents() const {
  std::unordered_set<std::string> ids;
  for (const auto& [id, heard] : sessions.Connections()) ids.insert(id);
  return ids;
}

Result<void> Collector::Parts::Listen(const v1::CollectorConfig& config, platform::FileSystem& files) {
  auto credentials = CredentialsFor(config, files);
  if (!credentials) return credentials.error();
  auto wanted = ParseListenAddress(config.listen().grpc());
  if (!wanted) return wanted.error();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  TuneServer(builder);
  int port = 0;
  builder.AddListeningPort(wanted->text(), *credentials, &port);
  if (!config.listen().http().empty()) builder.AddListeningPort(relay_address, grpc::InsecureServerCredentials());
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &agents, &attributions, &incidents, &events, &fleet, &enrollments, &*policies, &audit, &access,
           &dossier_service, &unmasking, &searches, &stores, &integration_service, &evidence_service, &users, &browsers,
           &metrics}) {
    builder.RegisterService(service);
  }
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<api::ReflectionLimit>());
  interceptors.push_back(std::make_unique<api::AuditInterceptorFactory>(trail, mask));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  server = builder.BuildAndStart();
  if (!server || port == 0) {
    return Error{ErrorCode::kUnavailable, "cannot listen on " + wanted->text() +
                                              ": another program has the port, or the address is not of this machine"};
  }
  wanted->port = static_cast<std::uint16_t>(port);
  address = wanted->text();
  return files.WriteFileDurably(StateFiles(config.state()).grpc_address(), address + "\n", 0644);
}

// Over a socket: on gRPC's in-process transport (1.51) one call of some hundreds was lost, and the server's end with
// it.
std::vector<std::shared_ptr<grpc::Channel>> Collector::Parts::RelayChannels() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection each
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < kRelayChannels; ++i) {
    channels.push_back(grpc::CreateCustomChannel(relay_address, grpc::InsecureChannelCredentials(), arguments));
  }
  return channels;
}

// The same API for browsers and scripts; its calls come to `server` like all others.
Result<void> Collector::Parts::ListenHttp(const v1::CollectorConfig& config, platform::FileSystem& files) {
  if (config.listen().http().empty()) return {};
  auto wanted = ParseListenAddress(config.listen().http());
  if (!wanted) return wanted.error();
  auto setup = MakeHttpSetup(config, *wanted, files);
  if (!setup) return setup.error();
  setup->uploads = {config.state(), &shelf};
  setup->answered = [this](std::string_view what, unsigned status) { figures.HttpAnswered(what, status); };
  auto started = http::HttpServer::Start(*std::move(setup), std::make_unique<http::Relay>(RelayChannels()), clock);
  if (!started) return started.error().Wrap("listen.http");
  http = *std::move(started);
  wanted->port = http->port();
  http_address = wanted->text();
  return files.WriteFileDurably(StateFiles(config.state()).http_address(), http_address + "\n", 0644);
}

Collector::Collector(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}

Result<std::unique_ptr<Collector>> Collector::Start(const CollectorSetup& setup, platform::FileSystem& files,
                                                    const base::Clock& clock) {
  TakeGrpcLog();
  const StateFiles state(setup.config.state());
  if (auto ready = PrepareState(state, files); !ready) return ready.error();
  auto authority = LoadAuthority(state, files);
  if (!authority) return authority.error();
  auto store = SqliteStore::Open(state.store());
  if (!store) return store.error();
  // The store is ours, so nobody else listens: the addresses of a former life must mislead no script.
  for (const std::string& file : {state.grpc_address(), state.http_address()}) {
    if (auto cleared = files.WriteFileDurably(file, "", 0644); !cleared) return cleared.error().Wrap("state");
  }
  auto chosen = ChoosePolicy(setup.config.policy(), files, **store, clock);
  if (!chosen) return chosen.error();
  auto plan = RetentionPlan::Make(setup.config.retention());
  if (!plan) return plan.error();
  auto destinations = integrations::LoadDestinations(setup.config.integrations(), files);
  if (!destinations) return destinations.error();
  using integrations::Pseudonyms;
  auto pseudonyms = destinations->empty() ? Result<Pseudonyms>(Pseudonyms(""))  // nobody is told of anybody
                                          : Pseudonyms::Open(state.pseudonym_key(), files);
  if (!pseudonyms) return pseudonyms.error();
  auto attribution_key = OpenSecretKey(state.attribution_key(), files);
  if (!attribution_key) return attribution_key.error();
  auto evidence_key = proof::OpenEvidenceKey({state.evidence_key(), state.evidence_certificate()}, files, *authority);
  if (!evidence_key) return evidence_key.error();
  auto agent_authorities = AgentAuthorities(setup.config, files);
  if (!agent_authorities) return agent_authorities.error();
  WarnOfWindows(*chosen, *plan);
  auto parts = std::make_unique<Parts>(
      setup, files, clock,
      Parts::Found{std::move(*store), std::move(*authority), *std::move(plan), *std::move(destinations),
                   *std::move(pseudonyms), *std::move(attribution_key), *std::move(evidence_key),
                   *std::move(agent_authorities)});
  const auto in_force = chosen->in_force();
  if (auto counted = parts->detector.Start(in_force ? in_force->compiled : nullptr); !counted) return counted.error();
  if (auto known = PutInRings(*parts->store, parts->sessions); !known) return known.error();
  parts->promises = ingest::PromisedBatches::Open(state.journal(), kJournalBytes, parts->ingest);
  parts->queue.Promise(*parts->promises);
  const api::PolicyBookDeps deps{parts->lane, parts->detector, parts->sessions,
                                 clock,       *parts->store,   &parts->retention.plan()};
  parts->policies.emplace(parts->book.emplace(deps, *std::move(chosen)), *parts->store, parts->backtest,
                          parts->authorization);
  HearHandshakes(&parts->refused);
  auto listening = parts->Listen(setup.config, files);
  if (listening) listening = parts->ListenHttp(setup.config, files);
  std::unique_ptr<Collector> collector(new Collector(std::move(parts)));
  if (!listening) return listening.error();
  collector->parts_->retention.Start();
  collector->parts_->rollups.Start();
  collector->parts_->sent.Start();
  collector->parts_->heads.Start();
  base::LogInfo("listening on {}", collector->address());
  if (!collector->http_address().empty()) base::LogInfo("listening for HTTP on {}", collector->http_address());
  return collector;
}

Collector::~Collector() {
  LeaveHandshakes(&parts_->refused);
  Stop();
}

const std::string& Collector::address() const {
  return parts_->address;
}

const std::string& Collector::http_address() const {
  return parts_->http_address;
}

void Collector::Stop() {
  parts_->retention.Stop();
  parts_->rollups.Stop();
  parts_->sent.Stop();
  parts_->heads.Stop();
  if (parts_->http) parts_->http->Stop();
  parts_->uploads.Stop();
  parts_->hub.Close();
  parts_->event_hub.Close();
  parts_->sessions.Close();
  if (parts_->server) {
    parts_->server->Shutdown(std::chrono::system_clock::now() + kGoodByeTime);
    parts_->server->Wait();
  }
  parts_->queue.Stop();
  parts_->trail.Stop();
}

}  // namespace vigie::server
