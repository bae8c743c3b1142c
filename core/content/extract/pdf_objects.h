#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/content/extract/extractor.h"
#include "core/content/extract/pdf_tokens.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {

// Reads a PDF's bytes in their order for what the text of its pages does not show: strings of objects (properties,
// bookmarks, notes, links, values of fields) and metadata go to the detectors as lines, object streams are unpacked,
// and what may hold more than all that is noticed. Streams of content, fonts and pictures are passed over. In bounded
// memory; unpacking is paid for from the budget. Not thread-safe.
class PdfObjects final : private PdfTokenHandler {
 public:
  PdfObjects(const std::string& origin, Extraction& extraction);
  ~PdfObjects() override;

  // The next bytes. Throws std::bad_alloc only.
  void Look(std::string_view chunk);
  // Nothing follows.
  void Finish();

  bool is_encrypted() const { return is_encrypted_; }
  // There are pictures, which may show text.
  bool holds_pictures() const { return holds_pictures_; }
  // It is encrypted, or there are files in the file, scripts, hidden layers, drawn forms, or something that
  // could not be read: neither pdftotext nor this shows it.
  bool holds_more() const { return is_encrypted_ || holds_more_ || object_streams_ > object_streams_read_; }

 private:
  class Unpacking;
  enum class Use { kSkip, kText, kObjects };

  void OnName(std::string_view name) override;
  void OnString(std::string_view bytes) override;
  bool OnWord(std::string_view word) override;
  std::size_t ReadStream(std::string_view bytes);
  void StartStream();
  void TakePiece(std::string_view piece);
  void TakeBody(std::string_view bytes);
  void EndStream();

  // The names of one object, as far as they say what its stream is.
  struct Object {
    Use use = Use::kSkip;
    bool is_deflated = false;
    bool is_unknown = false;  // packed in a way that is not understood here
  };

  Extraction& extraction_;
  TextWindows strings_;
  PdfTokens tokens_;
  PdfTokens inner_;  // of an object stream
  Object object_;
  std::unique_ptr<Unpacking> unpacking_;
  std::string waiting_;  // the end of what was looked at, if something may begin in it
  bool in_stream_ = false;
  bool at_its_start_ = false;
  bool is_encrypted_ = false;
  bool holds_pictures_ = false;
  bool holds_more_ = false;
  std::size_t object_streams_ = 0;
  std::size_t object_streams_read_ = 0;
};

}  // namespace vigie::content
