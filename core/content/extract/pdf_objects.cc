#include "core/content/extract/pdf_objects.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr std::string_view kEndOfStream = "endstream";

// Of an object that shows what neither strings nor the text of pages do. Forms and notes are drawn by streams of their
// own (AP); pdftotext leaves out layers that are switched off (OCProperties).
constexpr std::array<std::string_view, 11> kMore = {"EF",    "EmbeddedFiles", "EmbeddedFile", "XFA",
                                                    "AP",    "JavaScript",    "JS",           "Movie",
                                                    "Sound", "RichMedia",     "OCProperties"};

// PDF text strings: UTF-16 or UTF-8 with their mark, else PDFDocEncoding, whose letters are those of Windows-1252.
std::string TextOf(std::string_view bytes) {
  const bool is_wide = bytes.starts_with("\xfe\xff");
  TextDecoder decoder(is_wide ? TextEncoding::kUtf16BigEndian : TextEncoding::kEightBit);
  std::string text;
  decoder.Decode(bytes, text);
  decoder.Finish(text);
  std::ranges::replace(text, '\n', ' ');
  return text += '\n';
}

}  // namespace

// Flate (RFC 1950), piece by piece.
class PdfObjects::Unpacking {
 public:
  explicit Unpacking(ScanBudget& budget) : budget_(budget), buffer_(kBufferBytes) {
    if (inflateInit(&state_) != Z_OK) throw std::bad_alloc();
  }
  ~Unpacking() { inflateEnd(&state_); }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;

  // What comes of the packed bytes goes to `take`.
  template <typename Take>
  void Unpack(std::string_view packed, Take take) {
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads there
    state_.avail_in = static_cast<uInt>(packed.size());
    while (status_ == Z_OK && budget_.HasTime()) {
      state_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      state_.avail_out = static_cast<uInt>(buffer_.size());
      status_ = inflate(&state_, Z_NO_FLUSH);
      if (status_ == Z_MEM_ERROR) throw std::bad_alloc();
      const auto count = buffer_.size() - state_.avail_out;
      const auto granted = static_cast<std::size_t>(budget_.TakeBytes(count));
      take(std::string_view(buffer_.data(), granted));
      if (granted < count) status_ = Z_MEM_ERROR;
      if (count < buffer_.size()) break;
    }
    if (status_ == Z_BUF_ERROR) status_ = Z_OK;  // the next piece goes on
  }
  bool is_complete() const { return status_ == Z_STREAM_END; }

 private:
  static constexpr std::size_t kBufferBytes = 64 * 1024;
  ScanBudget& budget_;
  z_stream state_ = {};
  int status_ = Z_OK;
  std::vector<char> buffer_;
};

PdfObjects::PdfObjects(const std::string& origin, Extraction& extraction)
    : extraction_(extraction), strings_(origin, extraction.sink()), tokens_(*this), inner_(*this) {
}

PdfObjects::~PdfObjects() = default;

void PdfObjects::Look(std::string_view chunk) {
  waiting_.append(chunk);
  std::string_view bytes = waiting_;
  while (!bytes.empty()) {
    const auto used = in_stream_ ? ReadStream(bytes) : tokens_.Read(bytes);
    bytes.remove_prefix(used);
    if (in_stream_ && bytes.size() < kEndOfStream.size()) break;
  }
  waiting_.erase(0, waiting_.size() - bytes.size());
}

std::size_t PdfObjects::ReadStream(std::string_view bytes) {
  const auto end = bytes.find(kEndOfStream);
  if (end != std::string_view::npos) {
    TakePiece(bytes.substr(0, end));
    EndStream();
    return end + kEndOfStream.size();
  }
  const auto piece = bytes.size() - std::min(bytes.size(), kEndOfStream.size() - 1);
  TakePiece(bytes.substr(0, piece));
  return piece;
}

void PdfObjects::OnName(std::string_view name) {
  if (name == "Encrypt") is_encrypted_ = true;
  if (name == "Image") holds_pictures_ = true;
  if (std::ranges::find(kMore, name) != kMore.end()) holds_more_ = true;
  if (in_stream_) return;  // a name in an object stream
  if (name == "ObjStm") object_.use = Use::kObjects;
  if (name == "Metadata") object_.use = Use::kText;
  if (name == "FlateDecode" && !object_.is_deflated) {
    object_.is_deflated = true;
  } else if (name.ends_with("Decode") || name == "Predictor" || name == "Crypt") {
    object_.is_unknown = true;
  }
}

void PdfObjects::OnString(std::string_view bytes) {
  strings_.Append(TextOf(bytes));
}

bool PdfObjects::OnWord(std::string_view word) {
  if (in_stream_) return true;
  if (word == "obj") object_ = {};
  if (word == "stream") StartStream();
  return !in_stream_;
}

void PdfObjects::StartStream() {
  in_stream_ = true;
  at_its_start_ = true;
  unpacking_.reset();
  if (object_.use == Use::kObjects) ++object_streams_;
  if (object_.is_unknown) {
    holds_more_ = holds_more_ || object_.use == Use::kText;
    object_.use = Use::kSkip;
  }
  if (object_.use != Use::kSkip && object_.is_deflated) unpacking_ = std::make_unique<Unpacking>(extraction_.budget());
}

void PdfObjects::TakePiece(std::string_view piece) {
  if (at_its_start_) piece.remove_prefix(std::min(piece.find_first_not_of("\r\n"), piece.size()));
  if (piece.empty()) return;
  at_its_start_ = false;
  if (object_.use == Use::kSkip) {
    // Nobody writes this into packed bytes: what is taken for a stream here may be objects for others.
    holds_more_ = holds_more_ || piece.find("endobj") != std::string_view::npos;
  } else if (unpacking_ == nullptr) {
    TakeBody(piece);
  } else {
    unpacking_->Unpack(piece, [this](std::string_view bytes) { TakeBody(bytes); });
  }
}

void PdfObjects::TakeBody(std::string_view bytes) {
  if (object_.use == Use::kText) return strings_.Append(bytes);
  (void)inner_.Read(bytes);
}

void PdfObjects::EndStream() {
  const bool is_complete = unpacking_ == nullptr || unpacking_->is_complete();
  if (object_.use == Use::kObjects) {
    inner_.Finish();
    if (is_complete) ++object_streams_read_;
  }
  if (object_.use == Use::kText) {
    strings_.Append("\n");
    holds_more_ = holds_more_ || !is_complete;
  }
  in_stream_ = false;
  object_ = {};
}

void PdfObjects::Finish() {
  holds_more_ = holds_more_ || in_stream_;
  tokens_.Finish();
  strings_.Finish();
}

}  // namespace vigie::content
