#include "core/content/content_engine.h"

#include <libxml/parser.h>
#include <sodium.h>

#include <array>
#include <cstring>
#include <string>

#include "core/content/detector_table.h"
#include "core/content/user_detector.h"
#include "platform/sqlite/database_image.h"

namespace vigie::content {

base::Result<std::unique_ptr<ContentEngine>> ContentEngine::Create(const UserDetectors& user_detectors) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium finds no source of randomness"};
  xmlInitParser();  // once, while it may still ask the system for what it wants
  if (const auto ready = sqlite::DatabaseImage::Prepare(); !ready) return ready.error();
  auto types = TypeDetector::Load();
  if (!types) return types.error();
  auto memory = base::MemoryGauge::Open();
  if (!memory) return memory.error();
  std::unique_ptr<ContentEngine> engine(new ContentEngine());
  engine->detectors_.assign(DetectorTable().begin(), DetectorTable().end());
  for (const auto& definition : user_detectors) {
    engine->user_detectors_.push_back(MakeUserDetector(definition));
    engine->detectors_.push_back(engine->user_detectors_.back().get());
  }
  auto scanner = PatternScanner::Compile(engine->detectors_);
  if (!scanner) return scanner.error();
  engine->types_ = *std::move(types);
  engine->scanner_ = *std::move(scanner);
  engine->memory_ = std::make_unique<base::MemoryGauge>(*std::move(memory));
  randombytes_buf(engine->secret_.data(), engine->secret_.size());
  return engine;
}

HashKey ContentEngine::NextKey() {
  // Derived, not drawn: a confined process may not ask the kernel for randomness. SipHash is a pseudorandom function.
  std::array<std::uint64_t, 2> halves{};
  for (auto& half : halves) half = KeyedHash(std::to_string(keys_made_++), secret_);
  HashKey key{};
  std::memcpy(key.data(), halves.data(), key.size());
  return key;
}

}  // namespace vigie::content
