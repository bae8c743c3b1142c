#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

// Programs of others that turn documents into text. They are executed, never linked.
enum class ConverterTool : std::uint8_t {
  kPdfText,    // pdftotext
  kWordText,   // catdoc
  kSheetText,  // xls2csv
  kSlideText,  // catppt
  // Only where reading pictures is asked for:
  kPageImage,  // pdftoppm: one page of a PDF as a grey picture (PGM), 2400 pixels high or wide
  kImageText,  // tesseract: the text of a picture
};
inline constexpr std::array kConverterTools = {ConverterTool::kPdfText,   ConverterTool::kWordText,
                                               ConverterTool::kSheetText, ConverterTool::kSlideText,
                                               ConverterTool::kPageImage, ConverterTool::kImageText};
// Whether the tool serves the reading of pictures, and nobody who did not ask for that misses it.
constexpr bool IsForPictures(ConverterTool tool) {
  return tool == ConverterTool::kPageImage || tool == ConverterTool::kImageText;
}
// pdftotext; also the name of the program that is executed from /usr/bin.
std::string_view ToolName(ConverterTool tool);

enum class ConversionEnd : std::uint8_t {
  kDone,
  kRefused,   // the tool said that it cannot
  kCrashed,   // it died of its input, or of its limits
  kTimedOut,  // it was killed at the deadline
  kTooLarge,  // the input is larger than kLargestConverterInput
};

// Documents of tools that need all of it in memory may not be larger.
inline constexpr std::uint64_t kLargestConverterInput = std::uint64_t{64} << 20;

// A tool at work. Its destructor ends it.
class Conversion {
 public:
  virtual ~Conversion() = default;
  // The next bytes of its text; 0 = no more. Waits until the deadline at most, and ends the text then.
  virtual base::Result<std::size_t> Read(std::span<char> into) = 0;
  // Ends the tool if it is still at work, and says how it ended.
  virtual ConversionEnd Finish() = 0;
};

struct ConversionOrder {
  ConverterTool tool = ConverterTool::kPdfText;
  base::Deadline deadline;
  std::uint32_t page = 1;  // of kPageImage
};

// Runs tools over documents in processes that can do nothing else: no privilege, no network, no files but the tool's
// own and the document, bounded memory and time. One document, and one conversion, at a time. Not thread-safe.
class Converter {
 public:
  virtual ~Converter() = default;
  // False: it is not installed.
  virtual bool Offers(ConverterTool tool) const = 0;

  // The document is this file; its offset may change.
  virtual base::Result<void> UseFile(const base::FileDescriptor& file) = 0;
  // The document is what is appended from now on.
  virtual base::Result<void> StartDocument() = 0;
  virtual base::Result<void> Append(std::string_view bytes) = 0;

  // As often as one likes for one document. An error means that the converter itself is gone.
  virtual base::Result<std::unique_ptr<Conversion>> Convert(const ConversionOrder& order) = 0;
};

struct StartedConverter {
  std::unique_ptr<Converter> converter;
  int socket = -1;  // to be named to the sandbox
};

// Starts this program once more, as `… --converter`, as a child that dies with the calling thread; RunConverter is what
// it then does. Before the sandbox is entered. The error says why there is none.
base::Result<StartedConverter> StartConverter();

// The child's part: confines itself, tells what is installed, and serves until the other end is gone. An error if it
// could not be confined, or was asked for something malformed.
base::Result<void> RunConverter();

}  // namespace vigie::platform
