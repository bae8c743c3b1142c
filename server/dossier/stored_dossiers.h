#pragma once

#include <functional>
#include <vector>

#include "platform/base/clock.h"
#include "server/dossiers.h"
#include "server/write_lane.h"

namespace vigie::server::dossier {

struct StoredDossiersDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
};

// Dossiers in the store. A write reads, checks and saves in one transaction, so revisions never skip a change.
class StoredDossiers final : public Dossiers {
 public:
  explicit StoredDossiers(StoredDossiersDeps deps) : deps_(deps) {}

  base::Result<v1::Dossier> Create(const v1::CreateDossierRequest& request, const std::string& who) override;
  base::Result<v1::Dossier> Get(const std::string& id) override;
  base::Result<DossierPage> List(const DossierQuery& query) override;
  base::Result<v1::Dossier> Update(const v1::UpdateDossierRequest& request, const std::string& who) override;
  base::Result<v1::Dossier> Submit(const v1::SubmitPhaseRequest& request, const std::string& who) override;
  base::Result<v1::Dossier> Close(const v1::CloseDossierRequest& request, const std::string& who) override;
  base::Result<v1::ExportDossierResponse> Export(const v1::ExportDossierRequest& request) override;

 private:
  // Who writes, and on which revision.
  struct Writer {
    const std::string& id;
    std::uint64_t revision = 0;
    const std::string& who;
  };
  using Change = std::function<base::Result<void>(v1::Dossier&, StoreTransaction&)>;
  base::Result<v1::Dossier> Write(const Writer& writer, const Change& change);
  base::Result<void> AddSubmission(const v1::SubmitPhaseRequest& request, const std::string& who,
                                   v1::Dossier& dossier) const;

  const StoredDossiersDeps deps_;
};

}  // namespace vigie::server::dossier
