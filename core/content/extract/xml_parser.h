#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

struct XML_ParserStruct;  // of <expat.h>

namespace vigie::content {

// An element's or attribute's name without its namespace prefix: `t` of `w:t`.
std::string_view LocalName(std::string_view qualified);

struct XmlAttribute {
  std::string_view qualified;  // r:id
  std::string_view value;      // UTF-8, references resolved
  std::string_view name() const { return LocalName(qualified); }
};

// The attributes of one element, in order. Valid during the call that they are given to.
class XmlAttributes {
 public:
  // As expat passes them: name, value, name, value…, null.
  explicit XmlAttributes(const char* const* pairs) : pairs_(pairs) {}

  std::size_t size() const;
  XmlAttribute operator[](std::size_t position) const;
  // The value of the first one of this local name.
  std::optional<std::string_view> Find(std::string_view local_name) const;

 private:
  const char* const* pairs_;
};

// What is in a document, in order. All text is UTF-8, all names are local ones. One stretch of text may come in several
// calls.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void OnStart(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void OnEnd(std::string_view name) = 0;
  virtual void OnText(std::string_view text) = 0;
  virtual void OnComment(std::string_view /*text*/) {}
  virtual void OnInstruction(std::string_view /*target*/, std::string_view /*text*/) {}
  // A reference that the document does not declare: nbsp of XHTML.
  virtual void OnUnknownEntity(std::string_view /*name*/) {}
  // A value that the document type declares; it may or may not be referred to.
  virtual void OnEntityDeclared(std::string_view /*name*/, std::string_view /*value*/) {}
};

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
};

// Reads XML 1.0 as a stream, in memory bounded by kLongestToken and kDeepest, through expat. Opens nothing: external
// entities and document types are passed over. Entities may not expand to more than ten times the document once it is
// past 1 MiB. A handler may throw; Feed passes it on. Running out of memory is std::bad_alloc. Not thread-safe; the
// handler must outlive it.
class XmlParser {
 public:
  static constexpr std::size_t kDeepest = 2048;                       // elements inside each other
  static constexpr std::size_t kLongestToken = std::size_t{4} << 20;  // bytes of one tag, comment or declaration

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
  // Bytes of the input that were understood: where a malformed document breaks off.
  std::uint64_t understood_bytes() const;
  // It has a document type declaration, of which handlers see the entities only.
  bool met_document_type() const { return met_document_type_; }

 private:
  struct Callbacks;
  XmlState Parse(std::string_view bytes, bool is_last);
  XmlState JudgeError() const;
  void Halt(XmlState state);

  XmlHandler& handler_;
  XML_ParserStruct* parser_;
  XmlState state_ = XmlState::kGoing;
  std::size_t depth_ = 0;
  std::uint64_t fed_bytes_ = 0;
  bool met_document_type_ = false;
  std::exception_ptr thrown_;
};

}  // namespace vigie::content
