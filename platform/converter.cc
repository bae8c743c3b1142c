#include "platform/converter.h"

namespace vigie::platform {

std::string_view ToolName(ConverterTool tool) {
  switch (tool) {
    case ConverterTool::kPdfText:
      return "pdftotext";
    case ConverterTool::kWordText:
      return "catdoc";
    case ConverterTool::kSheetText:
      return "xls2csv";
    case ConverterTool::kSlideText:
      return "catppt";
    case ConverterTool::kPageImage:
      return "pdftoppm";
    case ConverterTool::kImageText:
      return "tesseract";
  }
  return "";
}

}  // namespace vigie::platform
