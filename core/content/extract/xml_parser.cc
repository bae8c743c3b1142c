#include "core/content/extract/xml_parser.h"

// The library is built with it, but its header hides the bounds on entities without.
#ifndef XML_DTD
#define XML_DTD 1
#endif
#include <expat.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr float kMostAmplification = 10.0F;
constexpr unsigned long long kAmplificationCountsFrom = 1 << 20;

// https://encoding.spec.whatwg.org/index-windows-1252.txt, 0x80 to 0x9f; below and above it is ISO-8859-1.
constexpr std::array<int, 32> kWindows1252 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                              0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                              0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                              0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

bool IsWindows1252(std::string_view name) {
  constexpr std::string_view kName = "windows-1252";
  return std::ranges::equal(name, kName,
                            [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); });
}

int DescribeEncoding(void*, const XML_Char* name, XML_Encoding* encoding) {
  if (!IsWindows1252(name)) return XML_STATUS_ERROR;
  for (int byte = 0; byte < 256; ++byte) encoding->map[byte] = byte;
  std::ranges::copy(kWindows1252, encoding->map + 0x80);
  encoding->data = nullptr;
  encoding->convert = nullptr;
  encoding->release = nullptr;
  return XML_STATUS_OK;
}

std::string_view OrEmpty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

}  // namespace

// What expat calls. Exceptions must not fly through C code: they wait in the parser.
struct XmlParser::Callbacks {
  template <typename Call>
  static void Guard(void* self, Call call) {
    auto& parser = *static_cast<XmlParser*>(self);
    // Expat may deliver what it holds after it was stopped.
    if (parser.state_ != XmlState::kGoing || parser.is_catching_up_) return;
    try {
      call(parser);
    } catch (...) {
      parser.thrown_ = std::current_exception();
      parser.Halt(XmlState::kStopped);
    }
  }

  static void Start(void* self, const XML_Char* name, const XML_Char** attributes) {
    ++static_cast<XmlParser*>(self)->depth_;
    Guard(self, [&](XmlParser& parser) {
      if (parser.depth_ > kDeepest) return parser.Halt(XmlState::kTooComplex);
      parser.attributes_.clear();
      // The specified ones come first. Behind them defaults, which a declaration makes any size for each element; they
      // were told of when they were declared.
      const auto specified = static_cast<std::size_t>(XML_GetSpecifiedAttributeCount(parser.expat_.get()));
      for (std::size_t i = 0; i < specified; i += 2) {
        parser.attributes_.push_back({attributes[i], LocalName(attributes[i]), attributes[i + 1]});
      }
      parser.handler_.OnStart(LocalName(name), XmlAttributes(parser.attributes_));
    });
  }
  static void End(void* self, const XML_Char* name) {
    --static_cast<XmlParser*>(self)->depth_;
    Guard(self, [&](XmlParser& parser) { parser.handler_.OnEnd(LocalName(name)); });
  }
  static void Text(void* self, const XML_Char* text, int bytes) {
    Guard(self, [&](XmlParser& parser) { parser.handler_.OnText({text, static_cast<std::size_t>(bytes)}); });
  }
  static void Comment(void* self, const XML_Char* text) {
    Guard(self, [&](XmlParser& parser) { parser.handler_.OnComment(text); });
  }
  static void Instruction(void* self, const XML_Char* target, const XML_Char* text) {
    Guard(self, [&](XmlParser& parser) { parser.handler_.OnInstruction(target, OrEmpty(text)); });
  }
  static void SkippedEntity(void* self, const XML_Char* name, int is_parameter) {
    if (is_parameter != 0) return;
    Guard(self, [&](XmlParser& parser) { parser.handler_.OnUnknownEntity(name); });
  }
  // NOLINTBEGIN(readability-function-size): expat's signatures
  static void DocumentType(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<XmlParser*>(self)->met_document_type_ = true;
  }
  static void EntityDeclared(void* self, const XML_Char* name, int, const XML_Char* value, int bytes, const XML_Char*,
                             const XML_Char*, const XML_Char*, const XML_Char*) {
    if (value == nullptr) return;  // external
    Guard(self, [&](XmlParser& parser) {
      parser.handler_.OnEntityDeclared(name, {value, static_cast<std::size_t>(bytes)});
    });
  }
  // Expat looks at all that have a default for each element of that name.
  static void AttributeDeclared(void* self, const XML_Char*, const XML_Char* name, const XML_Char*,
                                const XML_Char* value, int) {
    if (value == nullptr) return;
    Guard(self, [&](XmlParser& parser) {
      if (++parser.defaults_ > kMostDefaults) return parser.Halt(XmlState::kTooComplex);
      parser.handler_.OnEntityDeclared(name, value);
    });
  }
  // NOLINTEND(readability-function-size)
};

XmlParser::XmlParser(XmlHandler& handler, const XmlOptions& options) : handler_(handler), options_(options) {
  if (options.may_read_plainly) {
    plain_.emplace(handler);
  } else {
    StartExpat();
  }
}

XmlParser::~XmlParser() = default;

void XmlParser::FreeExpat::operator()(XML_ParserStruct* parser) const {
  XML_ParserFree(parser);
}

void XmlParser::StartExpat() {
  expat_.reset(XML_ParserCreate(options_.is_utf8 ? "UTF-8" : nullptr));
  auto* const expat = expat_.get();
  if (expat == nullptr) throw std::bad_alloc();
  XML_SetUserData(expat, this);
  XML_SetElementHandler(expat, Callbacks::Start, Callbacks::End);
  XML_SetCharacterDataHandler(expat, Callbacks::Text);
  XML_SetCommentHandler(expat, Callbacks::Comment);
  XML_SetProcessingInstructionHandler(expat, Callbacks::Instruction);
  XML_SetSkippedEntityHandler(expat, Callbacks::SkippedEntity);
  XML_SetStartDoctypeDeclHandler(expat, Callbacks::DocumentType);
  XML_SetEntityDeclHandler(expat, Callbacks::EntityDeclared);
  XML_SetAttlistDeclHandler(expat, Callbacks::AttributeDeclared);
  XML_SetUnknownEncodingHandler(expat, DescribeEncoding, nullptr);
  // Without a handler for external entities none is read. The foreign document type, never loaded, turns an undeclared
  // reference from an error into a call of SkippedEntity.
  XML_SetParamEntityParsing(expat, XML_PARAM_ENTITY_PARSING_NEVER);
  XML_UseForeignDTD(expat, XML_TRUE);
  XML_SetBillionLaughsAttackProtectionMaximumAmplification(expat, kMostAmplification);
  XML_SetBillionLaughsAttackProtectionActivationThreshold(expat, kAmplificationCountsFrom);
}

XmlState XmlParser::Feed(std::string_view bytes) {
  while (!bytes.empty() && state_ == XmlState::kGoing) {
    const auto chunk = bytes.substr(0, kChunkBytes);
    fed_bytes_ += chunk.size();
    if (plain_) {
      FeedPlainly(chunk);
    } else {
      Parse(chunk, false);
    }
    bytes.remove_prefix(chunk.size());
    // Expat begins an unfinished token anew with each chunk: without a wall that would be quadratic.
    if (state_ == XmlState::kGoing && fed_bytes_ - understood_bytes() > kLongestToken) state_ = XmlState::kTooComplex;
  }
  return state_;
}

void XmlParser::FeedPlainly(std::string_view bytes) {
  try {
    if (!plain_->Feed(bytes)) HandOver();
  } catch (...) {
    if (state_ == XmlState::kGoing) state_ = XmlState::kStopped;
    throw;
  }
}

void XmlParser::HandOver() {
  const auto prologue = plain_->Prologue();
  const std::string rest(plain_->pending());
  expat_begin_ = static_cast<std::int64_t>(plain_->read_bytes()) - static_cast<std::int64_t>(prologue.size());
  plain_.reset();
  StartExpat();
  is_catching_up_ = true;
  Parse(prologue, false);
  is_catching_up_ = false;
  if (state_ == XmlState::kGoing) Parse(rest, false);
}

XmlState XmlParser::Finish() {
  if (state_ != XmlState::kGoing || (plain_ && plain_->is_complete())) return state_;
  if (plain_) HandOver();
  return state_ == XmlState::kGoing ? Parse({}, true) : state_;
}

void XmlParser::Stop() {
  Halt(XmlState::kStopped);
}

void XmlParser::Halt(XmlState state) {
  state_ = state;
  if (plain_) plain_->Stop();
  if (expat_) XML_StopParser(expat_.get(), XML_FALSE);
}

XmlState XmlParser::Parse(std::string_view bytes, bool is_last) {
  const auto status = XML_Parse(expat_.get(), bytes.data(), static_cast<int>(bytes.size()), is_last ? 1 : 0);
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (status == XML_STATUS_ERROR && state_ == XmlState::kGoing) state_ = JudgeError();
  // Not where a mistake is: text before it may be lost. -1: nothing came of this call.
  if (status == XML_STATUS_OK) expat_understood_ = std::max(expat_understood_, XML_GetCurrentByteIndex(expat_.get()));
  return state_;
}

XmlState XmlParser::JudgeError() const {
  switch (XML_GetErrorCode(expat_.get())) {
    case XML_ERROR_NO_MEMORY:
      throw std::bad_alloc();
    case XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
      return XmlState::kTooComplex;
    case XML_ERROR_UNKNOWN_ENCODING:
    case XML_ERROR_INCORRECT_ENCODING:
      return XmlState::kUnknownEncoding;
    default:
      return XmlState::kMalformed;
  }
}

std::uint64_t XmlParser::understood_bytes() const {
  if (plain_) return plain_->read_bytes();
  const auto position = expat_begin_ + expat_understood_;
  return position < 0 ? 0 : static_cast<std::uint64_t>(position);
}

}  // namespace vigie::content
