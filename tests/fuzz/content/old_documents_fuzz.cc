// Word and PowerPoint documents of 1997 to 2003: the streams by themselves, cut at the first byte's place, and in a
// compound file.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "core/content/extract/compound_file.h"
#include "core/content/extract/old_document_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::content::MemorySource;

constexpr std::size_t kMostText = std::size_t{1} << 20;

// Text is bounded by whoever takes it, and nothing comes after it said so.
class Taker {
 public:
  bool operator()(std::string_view text) {
    if (stopped_) std::abort();
    size_ += text.size();
    stopped_ = size_ > kMostText;
    return !stopped_;
  }

 private:
  std::size_t size_ = 0;
  bool stopped_ = false;
};

void ReadStreams(std::string_view bytes) {
  const auto cut =
      bytes.empty() ? 0 : std::min<std::size_t>(static_cast<unsigned char>(bytes[0]) * std::size_t{16}, bytes.size());
  MemorySource document(bytes.substr(0, cut));
  MemorySource table(bytes.substr(cut));
  MemorySource whole(bytes);
  Taker words;
  Taker slides;
  (void)vigie::content::ReadWordText(document, table, std::ref(words));
  (void)vigie::content::ReadSlideText(whole, std::ref(slides));
}

void ReadCompoundFile(std::string_view bytes) {
  MemorySource source(bytes);
  const auto file = vigie::content::CompoundFile::Open(source);
  if (!file) return;
  for (const auto* name : {"WordDocument", "PowerPoint Document", "1Table"}) {
    const auto* const entry = file->Find(name);
    if (entry == nullptr) continue;
    vigie::content::CompoundStream stream(*file, *entry);
    if (stream.size() > bytes.size() + 4096) std::abort();
    std::string read(1000, '\0');
    for (std::uint64_t at = 0; at < stream.size(); at += 700) (void)stream.ReadAt(at, read);
  }
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  ReadStreams(bytes);
  ReadCompoundFile(bytes);
}
