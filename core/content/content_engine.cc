#include "core/content/content_engine.h"

#include <libxml/parser.h>
#include <sodium.h>

#include <array>
#include <cstring>
#include <string>

#include "core/content/detector_table.h"
#include "platform/sqlite/database_image.h"

namespace vigie::content {

base::Result<std::unique_ptr<ContentEngine>> ContentEngine::Create() {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium finds no source of randomness"};
  xmlInitParser();  // once, while it may still ask the system for what it wants
  if (const auto ready = sqlite::DatabaseImage::Prepare(); !ready) return ready.error();
  auto types = TypeDetector::Load();
  if (!types) return types.error();
  auto scanner = PatternScanner::Compile(DetectorTable());
  if (!scanner) return scanner.error();
  std::unique_ptr<ContentEngine> engine(new ContentEngine());
  engine->types_ = *std::move(types);
  engine->scanner_ = *std::move(scanner);
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
