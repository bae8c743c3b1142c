#pragma once

#include <chrono>
#include <cstddef>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/dossier.pb.h"

// What a dossier may say, as dossier.proto limits it, and what the GDPR asks of it. Pure.
namespace vigie::server::dossier {

// Article 33(1): not later than 72 hours after having become aware of it. Hours run through weekends and holidays
// (Regulation (EEC, Euratom) No 1182/71, article 3(4)).
inline constexpr std::chrono::hours kNotificationTime{72};

// Of a title, and of whatever else has one line.
inline constexpr std::size_t kMostNameBytes = 256;

// kInvalidArgument names the field. Sorts the kinds and takes repeated ones out; English is absent.
base::Result<void> CheckContent(base::SystemTime now, v1::DossierContent& content);

// Of times that people enter: after 1970 and not in the future; `field` is named.
base::Result<void> CheckPast(const google::protobuf::Timestamp& time, base::SystemTime now, std::string_view field);

// kFailedPrecondition names all fields that are missing: nature, contact and authority; of an initial notification that
// is late, the reasons (article 33(1)).
base::Result<void> CheckSubmission(const v1::DossierContent& content, bool late);

base::SystemTime DeadlineOf(const v1::DossierContent& content);

}  // namespace vigie::server::dossier
