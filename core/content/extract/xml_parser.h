#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/content/extract/plain_xml.h"
#include "core/content/extract/xml_handler.h"

struct XML_ParserStruct;  // of <expat.h>

namespace vigie::content {

enum class XmlState {
  kGoing,            // all well, until now or to the end
  kStopped,          // Stop() was called
  kMalformed,        // not well-formed from here on; what came before was
  kTooComplex,       // entities that grow, elements too deep, one tag or comment too long
  kUnknownEncoding,  // the declaration names one that is not UTF-8, UTF-16, ISO-8859-1, US-ASCII or windows-1252
};

struct XmlOptions {
  // The bytes are UTF-8, whatever the declaration says: somebody decoded them already.
  bool is_utf8 = false;
  // False: expat reads all of it, and nothing is told otherwise. For comparison.
  bool may_read_plainly = true;
};

// Reads XML 1.0 as a stream, in memory bounded by kLongestToken and kDeepest: PlainXml as far as it goes, and expat
// from there. Opens nothing: external entities and document types are passed over. Entities may not expand to more than
// ten times the document once it is past 1 MiB. A handler may throw; Feed passes it on. Running out of memory is
// std::bad_alloc. Not thread-safe; the handler must outlive it.
class XmlParser {
 public:
  static constexpr std::size_t kDeepest = PlainXml::kDeepest;         // elements inside each other
  static constexpr std::size_t kLongestToken = std::size_t{4} << 20;  // bytes of one tag, comment or declaration
  static constexpr std::size_t kMostDefaults = 4096;                  // attributes that the document type gives a value

  explicit XmlParser(XmlHandler& handler, const XmlOptions& options = {});
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

  // The next bytes. After anything but kGoing further calls do nothing and return the same.
  XmlState Feed(std::string_view bytes);
  // Nothing follows. kMalformed if the document is not complete.
  XmlState Finish();
  // From a handler: no further call, and Feed returns kStopped.
  void Stop();

  XmlState state() const { return state_; }
  // So many bytes of the input were understood, and handlers told of all in them. Of a malformed document they end
  // before the mistake, at most one call of Feed.
  std::uint64_t understood_bytes() const;
  // It has a document type declaration, of which handlers see the entities only.
  bool met_document_type() const { return met_document_type_; }

 private:
  struct Callbacks;
  void FeedPlainly(std::string_view bytes);
  void HandOver();
  void StartExpat();
  XmlState Parse(std::string_view bytes, bool is_last);
  XmlState JudgeError() const;
  void Halt(XmlState state);

  struct FreeExpat {
    void operator()(XML_ParserStruct* parser) const;
  };

  XmlHandler& handler_;
  XmlOptions options_;
  std::optional<PlainXml> plain_;  // while it reads
  std::unique_ptr<XML_ParserStruct, FreeExpat> expat_;
  bool is_catching_up_ = false;  // expat reads what handlers know
  XmlState state_ = XmlState::kGoing;
  std::size_t depth_ = 0;
  std::size_t defaults_ = 0;
  std::uint64_t fed_bytes_ = 0;
  std::int64_t expat_understood_ = 0;  // bytes that expat was fed
  std::int64_t expat_begin_ = 0;       // where the first byte that expat was fed stands in the document
  bool met_document_type_ = false;
  std::vector<XmlAttribute> attributes_;
  std::exception_ptr thrown_;
};

}  // namespace vigie::content
