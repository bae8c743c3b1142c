#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/content/extract/archive_input.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr int kZlibOnly = MAX_WBITS;

// The members of a gzip, one after another, or a zlib stream, unpacked. libarchive's reader would not check their
// checksums.
class GunzipStream final : public ContentStream {
 public:
  // The names of members go to `names`, which a zlib stream has none of.
  GunzipStream(Part& packed, TextWindows* names, Extraction& extraction)
      : packed_(packed), names_(names), extraction_(extraction), input_(kBlockBytes, '\0') {
    if (inflateInit2(&state_, names_ != nullptr ? kGzipOnly : kZlibOnly) != Z_OK) throw std::bad_alloc();
    StartMember();
  }
  ~GunzipStream() override { inflateEnd(&state_); }
  GunzipStream(const GunzipStream&) = delete;
  GunzipStream& operator=(const GunzipStream&) = delete;

  std::size_t Read(std::span<char> into) override {
    state_.next_out = reinterpret_cast<Bytef*>(into.data());
    state_.avail_out = static_cast<uInt>(into.size());
    while (!ended_ && state_.avail_out > 0 && extraction_.budget().HasTime()) Step();
    const auto count = into.size() - state_.avail_out;
    produced_ += count;
    return count;
  }

  bool is_damaged() const { return damaged_; }
  bool has_ended() const { return ended_; }
  // Bytes that were read and belong to no member; all of them if nothing could be unpacked.
  std::string Unused() const {
    const std::string_view input(input_);
    if (produced_ == 0 && damaged_ && blocks_ <= 1) return std::string(input);
    return std::string(input.substr(input.size() - state_.avail_in));
  }

 private:
  // False at the end of the packed bytes.
  bool Refill() {
    input_.resize(kBlockBytes);
    input_.resize(packed_.Read(input_));
    ++blocks_;
    state_.next_in = reinterpret_cast<Bytef*>(input_.data());
    state_.avail_in = static_cast<uInt>(input_.size());
    return !input_.empty();
  }

  void Step() {
    if (state_.avail_in == 0 && !Refill()) {
      // Between two members this is the end; within one something is missing.
      if (in_member_) Damage();
      ended_ = true;
      return;
    }
    if (!in_member_ && !NextMember()) return;
    const int status = inflate(&state_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) return EndMember();
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_BUF_ERROR) Damage();
  }

  void StartMember() {
    in_member_ = true;
    if (names_ == nullptr) return;
    header_ = {};
    header_.name = name_.data();
    header_.name_max = static_cast<uInt>(name_.size()) - 1;
    header_.comment = comment_.data();
    header_.comm_max = static_cast<uInt>(comment_.size()) - 1;
    name_.fill(0);
    comment_.fill(0);
    inflateGetHeader(&state_, &header_);
  }

  void EndMember() {
    in_member_ = false;
    if (names_ == nullptr) return;
    for (const auto* text : {&name_, &comment_}) {
      const std::string_view line(reinterpret_cast<const char*>(text->data()));
      if (!line.empty()) names_->Append(std::string(line) + "\n");
    }
  }

  bool NextMember() {
    if (names_ == nullptr || *state_.next_in != 0x1f) {
      ended_ = true;
      return false;
    }
    inflateReset(&state_);
    StartMember();
    return true;
  }

  void Damage() {
    damaged_ = ended_ = true;
    extraction_.coverage().Note(v1::REASON_CORRUPT);
  }

  Part& packed_;
  TextWindows* names_;
  Extraction& extraction_;
  z_stream state_{};
  gz_header header_{};
  std::array<Bytef, 1024> name_{};
  std::array<Bytef, 1024> comment_{};
  std::string input_;
  std::uint64_t produced_ = 0;
  int blocks_ = 0;
  bool in_member_ = false;
  bool ended_ = false;
  bool damaged_ = false;
};

// Gzip (RFC 1952), of any number of members, and zlib (RFC 1950).
class GzipExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override {
    return type.container == ContainerFormat::kGzip || type.container == ContainerFormat::kZlib;
  }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    if (!extraction.budget().Enter()) return;
    TextWindows names(part.origin(), extraction.sink());
    Unpack(part, type.container == ContainerFormat::kGzip ? &names : nullptr, extraction);
    names.Finish();
    extraction.budget().Leave();
  }

 private:
  static void Unpack(Part& part, TextWindows* names, Extraction& extraction) {
    GunzipStream stream(part, names, extraction);
    if (!extraction.budget().TakeEntry()) return;
    Part content(stream, part.origin() + "/data", extraction.budget());
    if (!content.head().empty() || !stream.is_damaged()) extraction.InspectNested(content);
    if (!stream.has_ended() || !extraction.budget().MayContinue()) return;
    // Unpackers pass over what follows the last member. It may be anything, so it is not passed over here.
    PartStream rest(part);
    ContinuedStream behind(stream.Unused(), rest);
    Part bytes(behind, part.origin(), extraction.budget());
    if (bytes.head().empty()) return;
    extraction.coverage().Note(v1::REASON_CORRUPT);
    InspectAsBytes(bytes, extraction);
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeGzipExtractor() {
  return std::make_unique<GzipExtractor>();
}

}  // namespace vigie::content
