#include "core/content/extract/office_document.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/container_format.h"
#include "core/content/extract/office_text.h"
#include "core/content/extract/spreadsheet_text.h"

namespace vigie::content {
namespace {

enum class Kind { kNone, kWord, kSheets, kSlides, kOpenDocument };

constexpr std::string_view kOpenXml = "application/vnd.openxmlformats-officedocument.";

Kind KindOf(const ZipDirectory& directory) {
  const auto& names = directory.names;
  const auto has = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  const auto has_under = [&](std::string_view folder) {
    return std::ranges::any_of(names, [folder](const std::string& name) { return name.starts_with(folder); });
  };
  if (has("mimetype") && has("META-INF/manifest.xml") && !has_under("OEBPS/")) return Kind::kOpenDocument;
  if (!has("[Content_Types].xml")) return Kind::kNone;
  if (has_under("word/")) return Kind::kWord;
  if (has_under("xl/")) return Kind::kSheets;
  return has_under("ppt/") ? Kind::kSlides : Kind::kNone;
}

bool IsXml(std::string_view name, std::string_view head) {
  constexpr std::array<std::string_view, 5> kEndings = {".xml", ".rels", ".vml", ".rdf", ".svg"};
  const auto ends = [name](std::string_view ending) { return name.ends_with(ending); };
  if (!std::ranges::any_of(kEndings, ends)) return false;
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  return head.starts_with('<') || head.starts_with("\xff\xfe<") || head.starts_with(std::string_view("\xfe\xff\0<", 4));
}

// Two handlers of one document.
class BothHandlers final : public XmlHandler {
 public:
  BothHandlers(XmlHandler& first, XmlHandler& second) : first_(first), second_(second) {}
  void OnStart(std::string_view name, const XmlAttributes& attributes) override {
    first_.OnStart(name, attributes);
    second_.OnStart(name, attributes);
  }
  void OnEnd(std::string_view name) override {
    first_.OnEnd(name);
    second_.OnEnd(name);
  }
  void OnText(std::string_view text) override {
    first_.OnText(text);
    second_.OnText(text);
  }
  void OnComment(std::string_view text) override { second_.OnComment(text); }
  void OnInstruction(std::string_view target, std::string_view text) override { second_.OnInstruction(target, text); }
  void OnEntityDeclared(std::string_view name, std::string_view value) override {
    second_.OnEntityDeclared(name, value);
  }

 private:
  XmlHandler& first_;
  XmlHandler& second_;
};

// Which parts of an OpenDocument package are encrypted, as its manifest has it.
class Manifest final : public XmlHandler {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "file-entry") current_ = attributes.Find("full-path").value_or("");
    if (name == "encryption-data") encrypted_.insert(current_);
  }
  void OnEnd(std::string_view) override {}
  void OnText(std::string_view) override {}
  const std::set<std::string>& encrypted() const { return encrypted_; }

 private:
  std::string current_;
  std::set<std::string> encrypted_;
};

class OfficeWalk {
 public:
  OfficeWalk(ByteSource& source, Part& package, Extraction& extraction)
      : source_(source), package_(package), extraction_(extraction) {}

  void Run(Kind kind, bool in_order) {
    in_order_ = in_order;
    if (kind == Kind::kWord) Refine("wordprocessingml.document");
    if (kind == Kind::kSlides) Refine("presentationml.presentation");
    if (kind == Kind::kSheets) {
      Refine("spreadsheetml.sheet");
      ReadWorkbook();
    }
    if (kind == Kind::kOpenDocument) ReadManifest();
    VisitRest();
  }

 private:
  using Visitor = std::function<void(Part& part, const std::string& name)>;

  void Refine(std::string_view kind) { extraction_.RefineType(package_, std::string(kOpenXml) + std::string(kind)); }

  // Visits the entries that no earlier pass has seen and that `wants` names. Each entry is read once.
  void Pass(const std::function<bool(const std::string&)>& wants, const Visitor& visit, bool is_last) {
    SourceInput input(source_, extraction_);
    ArchiveReader reader(input, ContainerFormat::kZip, in_order_);
    TextWindows names(package_.origin(), extraction_.sink());
    std::size_t ordinal = 0;
    while (extraction_.budget().MayContinue()) {
      const auto entry = reader.Next();
      if (!entry) {
        if (is_last && reader.trouble()) extraction_.coverage().Note(*reader.trouble());
        break;
      }
      // By number, not by name: a second entry of the same name must not escape.
      ++ordinal;
      if (is_last) names.Append(entry->name + "\n");
      if (seen_.contains(ordinal) || !wants(entry->name)) continue;
      if (!extraction_.budget().TakeEntry()) break;
      seen_.insert(ordinal);
      if (entry->encrypted) extraction_.coverage().Note(v1::REASON_ENCRYPTED);
      if (entry->encrypted || !entry->has_content) continue;
      EntryStream content(reader, extraction_);
      Part part(content, package_.origin() + "/" + entry->name, extraction_.budget());
      visit(part, entry->name);
    }
    names.Finish();
  }

  OfficeText MakeText(const Part& part) { return {{part.origin(), package_.origin()}, dialect_, extraction_.sink()}; }

  void ReadBoth(Part& part, XmlHandler& handler) {
    auto text = MakeText(part);
    BothHandlers both(handler, text);
    FeedXml(part, both, text, extraction_);
    text.Finish();
  }

  void ReadWorkbook() {
    const auto is_workbook = [](const std::string& name) {
      return name == "xl/workbook.xml" || name == "xl/_rels/workbook.xml.rels" || name == "xl/sharedStrings.xml" ||
             name == "xl/styles.xml";
    };
    const auto visit = [this](Part& part, const std::string& name) {
      if (name == "xl/sharedStrings.xml" && strings_ == nullptr) return ReadStrings(part);
      if (!IsXml(name, part.head())) return extraction_.InspectNested(part);
      if (name == "xl/styles.xml") return ReadBoth(part, styles_);
      ReadBoth(part, workbook_);
    };
    Pass(is_workbook, visit, false);
  }

  void ReadStrings(Part& part) {
    strings_text_ = std::make_unique<OfficeText>(OfficeText::Place{part.origin(), package_.origin()},
                                                 OfficeText::Dialect::kOpenXml, extraction_.sink());
    strings_ = std::make_unique<SharedStrings>(extraction_.budget(), *strings_text_);
    FeedXml(part, *strings_, *strings_text_, extraction_);
  }

  void ReadManifest() {
    dialect_ = OfficeText::Dialect::kOpenDocument;
    const auto wants = [](const std::string& name) { return name == "mimetype" || name == "META-INF/manifest.xml"; };
    const auto visit = [this](Part& part, const std::string& name) {
      if (name != "mimetype") return ReadBoth(part, manifest_);
      const auto type = OpenDocumentMediaType(part.head());
      if (!type.empty()) extraction_.RefineType(package_, type);
      if (type.find("spreadsheet") != std::string_view::npos) dialect_ = OfficeText::Dialect::kOpenSpreadsheet;
      extraction_.InspectNested(part);
    };
    Pass(wants, visit, false);
    if (!manifest_.encrypted().empty()) extraction_.coverage().Note(v1::REASON_ENCRYPTED);
  }

  void VisitRest() {
    Pass([](const std::string&) { return true; }, [this](Part& part, const std::string& name) { Visit(part, name); },
         true);
    if (strings_ == nullptr) return;
    strings_->HandOutUnused();
    strings_text_->Finish();
  }

  void Visit(Part& part, const std::string& name) {
    if (manifest_.encrypted().contains(name)) return;
    if (!IsXml(name, part.head())) return extraction_.InspectNested(part);
    if (name.starts_with("xl/worksheets/") && name.ends_with(".xml")) return ReadSheet(part, name);
    auto text = MakeText(part);
    FeedXml(part, text, text, extraction_);
    text.Finish();
  }

  void ReadSheet(Part& part, const std::string& name) {
    const auto sheet = workbook_.SheetOf(name);
    const auto origin = sheet.empty() ? part.origin() : package_.origin() + "/" + sheet;
    auto rest = MakeText(part);
    const WorkbookTables tables{strings_.get(), styles_, workbook_.dates_from_1904()};
    SheetText text(origin, tables, extraction_.sink(), rest);
    FeedXml(part, text, rest, extraction_);
    text.Finish();
    rest.Finish();
  }

  ByteSource& source_;
  Part& package_;
  Extraction& extraction_;
  bool in_order_ = false;
  OfficeText::Dialect dialect_ = OfficeText::Dialect::kOpenXml;
  std::set<std::size_t> seen_;
  WorkbookNames workbook_;
  SheetStyles styles_;
  Manifest manifest_;
  std::unique_ptr<OfficeText> strings_text_;
  std::unique_ptr<SharedStrings> strings_;  // after the text that it writes to
};

}  // namespace

bool InspectOfficeDocument(ByteSource& source, const ZipDirectory& directory, Part& part, Extraction& extraction) {
  const auto kind = KindOf(directory);
  if (kind == Kind::kNone) return false;
  OfficeWalk(source, part, extraction).Run(kind, !directory.has_all_entries);
  return true;
}

}  // namespace vigie::content
