#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "core/content/extract/extractor_table.h"
#include "core/content/extract/mail_header.h"
#include "core/content/extract/mail_lines.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_windows.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

// What the header says of a part's body.
struct BodyForm {
  std::string media_type;
  std::string boundary;
  std::string name;
  std::string transfer_encoding;
  const Charset* charset = nullptr;  // of text that is not UTF-8
};

// The body of the part that `lines` stands in: transfer encoding undone, text as UTF-8.
class BodyStream final : public ContentStream {
 public:
  BodyStream(MailLines& lines, const BodyForm& form) : lines_(lines), form_(form) {
    if (form.charset != nullptr) charset_.emplace(TextEncoding::kCharset, form.charset);
  }

  std::size_t Read(std::span<char> into) override {
    while (position_ == ready_.size() && !ended_) Refill();
    const auto count = std::min(into.size(), ready_.size() - position_);
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(position_), count, into.begin());
    position_ += count;
    return count;
  }
  // Reads up to where the part ends, whoever stopped before.
  void Drain(ScanBudget& budget) {
    while (budget.HasTime() && !lines_.Next().text.empty()) {
    }
  }

 private:
  void Refill() {
    std::string decoded;
    const auto piece = lines_.Next().text;
    ended_ = piece.empty();
    if (form_.transfer_encoding == "base64") {
      if (!ended_) base64_.Append(piece, decoded);
      if (ended_) base64_.Finish(decoded);
    } else if (form_.transfer_encoding == "quoted-printable") {
      if (!ended_) quoted_printable_.Append(piece, decoded);
      if (ended_) quoted_printable_.Finish(decoded);
    } else {
      decoded.assign(piece);
    }
    ready_.clear();
    position_ = 0;
    if (!charset_) return ready_.swap(decoded);
    charset_->Decode(decoded, ready_);
    if (ended_) charset_->Finish(ready_);
  }

  MailLines& lines_;
  const BodyForm& form_;
  std::optional<TextDecoder> charset_;
  Base64Decoder base64_;
  QuotedPrintableDecoder quoted_printable_;
  std::string ready_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

bool IsEncrypted(const BodyForm& form, std::string_view content_type, const CharsetTable& charsets) {
  if (form.media_type == "multipart/encrypted" || form.media_type == "application/pgp-encrypted") return true;
  if (form.media_type != "application/pkcs7-mime" && form.media_type != "application/x-pkcs7-mime") return false;
  const auto kind = ParameterizedValue(content_type).Find("smime-type", charsets);
  return kind.empty() || kind.find("enveloped") != std::string::npos;
}

// RFC 2045, section 6.1. Uuencode stands in the text with its own first line, and is read there.
bool IsKnownEncoding(std::string_view transfer_encoding) {
  constexpr std::array<std::string_view, 10> kKnown = {"",    "7bit",       "8bit",  "binary", "quoted-printable",
                                                       "uue", "x-uuencode", "x-uue", "base64", "uuencode"};
  return std::ranges::find(kKnown, transfer_encoding) != kKnown.end();
}

// One mail, or a row of them (mbox), read in order: headers as text, bodies and attachments as nested parts. GMime is
// not used: it opens iconv's converters by name when it meets them, which a confined process cannot, and holds parts
// whole.
class MailWalk {
 public:
  MailWalk(Part& part, Extraction& extraction, bool is_mbox)
      : part_(part), extraction_(extraction), is_mbox_(is_mbox), lines_(part, is_mbox) {}

  void Run() {
    if (!extraction_.budget().Enter()) return;
    extraction_.coverage().NoteInspected();
    if (is_mbox_) ShowUntilStop(part_.origin());  // stands at the first From line
    for (std::size_t number = 1; extraction_.budget().MayContinue(); ++number) {
      if (is_mbox_) lines_.PassStop();
      InspectEntity(is_mbox_ ? part_.origin() + "/" + std::to_string(number) : part_.origin());
      if (lines_.stop() == MailLines::Stop::kEnd) break;
      if (is_mbox_ && !extraction_.budget().TakeEntry()) break;
      if (!is_mbox_) lines_.PassStop();  // a boundary of nobody: what follows is shown
    }
    extraction_.budget().Leave();
  }

 private:
  void InspectEntity(const std::string& origin) {
    const auto header = ReadHeader(origin);
    const auto form = FormOf(header);
    if (IsEncrypted(form, header.Find("content-type"), extraction_.charsets())) {
      extraction_.coverage().Note(v1::REASON_ENCRYPTED);
    }
    if (!form.boundary.empty()) return InspectMultipart(form, origin);
    InspectBody(form, origin);
  }

  MailHeader ReadHeader(const std::string& origin) {
    MailHeader header;
    std::size_t bytes = 0;
    std::string line;
    while (bytes < MailHeader::kMostBytes) {
      const auto piece = lines_.Next();
      if (piece.text.empty()) break;
      bytes += piece.text.size();
      line.append(piece.text);
      if (!piece.is_end) continue;
      while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
      if (line.empty()) break;
      header.AddLine(line);
      line.clear();
    }
    if (!line.empty()) header.AddLine(line);
    Show(header.ToText(extraction_.charsets()), origin);
    return header;
  }

  BodyForm FormOf(const MailHeader& header) const {
    const auto& charsets = extraction_.charsets();
    const ParameterizedValue type(header.Find("content-type"));
    const ParameterizedValue disposition(header.Find("content-disposition"));
    BodyForm form;
    form.media_type = type.main();
    form.transfer_encoding = ParameterizedValue(header.Find("content-transfer-encoding")).main();
    form.name = disposition.Find("filename", charsets);
    if (form.name.empty()) form.name = type.Find("name", charsets);
    if (type.main().starts_with("multipart/")) form.boundary = type.Find("boundary", charsets);
    if (type.main().starts_with("text/")) form.charset = charsets.Find(type.Find("charset", charsets));
    return form;
  }

  void InspectMultipart(const BodyForm& form, const std::string& origin) {
    auto& budget = extraction_.budget();
    if (!budget.Enter()) return ShowUntilStop(origin);
    const auto level = lines_.boundaries();
    lines_.PushBoundary(form.boundary);
    ShowUntilStop(origin);  // the preamble
    for (int number = 1; StandsAtPart(level) && budget.MayContinue(); ++number) {
      if (!budget.TakeEntry()) break;
      lines_.PassStop();
      InspectEntity(origin + "/" + std::to_string(number));
    }
    const bool closed = lines_.stop() == MailLines::Stop::kLastPart && lines_.stopped_at() == level;
    lines_.PopBoundary();
    if (closed) {
      lines_.PassStop();
      ShowUntilStop(origin);  // the epilogue
    } else if (lines_.stop() != MailLines::Stop::kNone) {
      extraction_.coverage().Note(v1::REASON_CORRUPT);  // cut off
    }
    budget.Leave();
  }

  bool StandsAtPart(std::size_t level) const {
    return lines_.stop() == MailLines::Stop::kPart && lines_.stopped_at() == level;
  }

  void InspectBody(const BodyForm& form, const std::string& origin) {
    if (!IsKnownEncoding(form.transfer_encoding)) extraction_.coverage().Note(v1::REASON_UNSUPPORTED);
    BodyStream stream(lines_, form);
    {
      Part body(stream, origin + "/" + (form.name.empty() ? "body" : form.name), extraction_.budget());
      if (!body.head().empty()) InspectNested(body);
    }
    stream.Drain(extraction_.budget());
  }

  void InspectNested(Part& body) {
    if (!extraction_.budget().Enter()) return;
    extraction_.InspectNested(body);
    extraction_.budget().Leave();
  }

  void ShowUntilStop(const std::string& origin) {
    TextWindows windows(origin, extraction_.sink());
    TextDecoder decoder(TextEncoding::kEightBit);
    std::string text;
    while (extraction_.budget().HasTime()) {
      const auto piece = lines_.Next();
      if (piece.text.empty()) break;
      text.clear();
      decoder.Decode(piece.text, text);
      windows.Append(text);
    }
    windows.Finish();
  }

  void Show(std::string_view text, const std::string& origin) {
    TextWindows windows(origin, extraction_.sink());
    windows.Append(text);
    windows.Finish();
  }

  Part& part_;
  Extraction& extraction_;
  bool is_mbox_;
  MailLines lines_;
};

class MailExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view) const override {
    return type.media_type == "message/rfc822" || type.media_type == "application/mbox";
  }

  void Extract(Part& part, const ContentType& type, Extraction& extraction) const override {
    MailWalk(part, extraction, type.media_type == "application/mbox").Run();
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeMailExtractor() {
  return std::make_unique<MailExtractor>();
}

}  // namespace vigie::content
