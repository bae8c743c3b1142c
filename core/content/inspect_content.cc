#include "core/content/inspect_content.h"

#include <chrono>
#include <string>

#include "core/content/extract/embedded_text.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/zip_directory.h"
#include "core/content/findings.h"

namespace vigie::content {
namespace {

// One inspection: from the file down through its containers, everything to the findings.
class InspectionRun final : public Extraction {
 public:
  struct Collaborators {
    const InspectionOptions& options;
    ContentEngine& engine;
    const base::Clock& clock;
  };
  explicit InspectionRun(const Collaborators& with)
      : with_(with),
        key_(with.engine.NextKey()),
        budget_(WithDefaults(with.options.budget), with.clock, &with.engine.memory()),
        findings_({with.engine.scanner(), with.options.indexes, key_}),
        embedded_(findings_, *this) {}

  ScanBudget& budget() override { return budget_; }
  Coverage& coverage() override { return coverage_; }
  ContentSink& sink() override { return embedded_; }
  platform::Converter* converter() override { return with_.options.converter; }
  bool ocr() const override { return with_.options.budget.ocr(); }
  const CharsetTable& charsets() override { return with_.engine.types().charsets(); }

  void InspectNested(Part& part) override {
    Extract(part, OrZip(part, with_.engine.types().Detect(part.head(), part.head_is_all())));
  }

  void RefineType(const Part& part, std::string_view media_type) override {
    if (&part == outermost_) refined_type_ = media_type;
  }

  v1::Inspection Inspect(ByteSource& source) {
    v1::Inspection inspection;
    SourceStream stream(source, coverage_);
    Part part(stream, std::string(with_.options.name), budget_, &source);
    const auto type = OrZip(part, with_.engine.types().Detect(part.head(), part.head_is_all()));
    outermost_ = &part;
    inspection.set_media_type(type.media_type);
    inspection.set_bytes(source.size());
    Extract(part, type);
    if (!refined_type_.empty()) inspection.set_media_type(refined_type_);
    coverage_.Report(budget_, inspection);
    findings_.Report(inspection);
    return inspection;
  }

 private:
  // A zip begins where its directory, at the end, says: whatever stands before it is no less a zip.
  static ContentType OrZip(Part& part, ContentType type) {
    if (!type.container && part.source() != nullptr && EndsAsZip(*part.source()))
      type.container = ContainerFormat::kZip;
    return type;
  }

  void Extract(Part& part, const ContentType& type) { FindExtractor(type, part.head()).Extract(part, type, *this); }

  Collaborators with_;
  HashKey key_;
  ScanBudget budget_;
  Coverage coverage_;
  Findings findings_;
  EmbeddedText embedded_;
  const Part* outermost_ = nullptr;
  std::string refined_type_;
};

v1::Inspection Unreadable() {
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(v1::REASON_UNREADABLE);
  return inspection;
}

}  // namespace

v1::Inspection InspectContent(const base::FileDescriptor& file, const InspectionOptions& options, ContentEngine& engine,
                              const base::Clock& clock) {
  auto source = FileSource::Open(file);
  return source ? InspectContent(*source, options, engine, clock) : Unreadable();
}

v1::Inspection InspectContent(ByteSource& source, const InspectionOptions& options, ContentEngine& engine,
                              const base::Clock& clock) {
  const auto begin = clock.SteadyNow();
  auto inspection = InspectionRun({options, engine, clock}).Inspect(source);
  inspection.set_milliseconds(std::chrono::duration<double, std::milli>(clock.SteadyNow() - begin).count());
  return inspection;
}

}  // namespace vigie::content
