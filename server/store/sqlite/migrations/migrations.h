#pragma once

#include <string_view>

// Each migration of the store is SQL in a file of its own here, named for what it adds. A new one is: its file, a line
// below, a line at the end of StoreMigrations (sqlite_schema.cc), a line in CMakeLists.txt, and the schema that it
// leaves as a text in tests/contract/store/schemas (next_version.py there). Never change one that was shipped.
namespace vigie::server::migrations {

extern const std::string_view kEventsAndIncidents;
extern const std::string_view kSightings;
extern const std::string_view kAudit;
extern const std::string_view kRetention;
extern const std::string_view kDelivery;
extern const std::string_view kCasework;
extern const std::string_view kUnmasking;
extern const std::string_view kSearches;
extern const std::string_view kScale;
extern const std::string_view kRings;
extern const std::string_view kOutbox;
extern const std::string_view kUsers;
extern const std::string_view kShadow;
extern const std::string_view kEvidence;
extern const std::string_view kRules;

}  // namespace vigie::server::migrations
