#include "core/content/extract/chunk_rewriting.h"
#include "core/content/extract/text_filter.h"

namespace vigie::content {
namespace {

// '' and \' (MySQL) become ', \n and the like a space, and "),(" ends a line. Whether one is inside a string or not
// makes no difference that a reader would notice, so quotes are not followed: a dump cannot lead it astray.
class SqlText final : public TextFilter {
 public:
  void Append(std::string_view chunk, std::string& text) override {
    RewriteChunk(chunk, "'\\)", waiting_, text,
                 [this](std::string_view rest, std::string& out) { return AppendSpecial(rest, out); });
  }
  void Finish(std::string& text) override {
    text.append(waiting_);
    waiting_.clear();
  }

 private:
  // Bytes of it at the start of `rest`; 0 = more are needed.
  static std::size_t AppendSpecial(std::string_view rest, std::string& text) {
    if (rest.size() < 4) return 0;
    if (rest[0] == '\\') return AppendEscape(rest[1], text);
    if (rest[0] == ')') {
      const bool row = rest[1] == ',' && (rest[2] == '(' || (rest[2] == ' ' && rest[3] == '('));
      text.append(row ? "),\n" : ")");
      return row ? 2 : 1;
    }
    text.push_back('\'');
    return rest[1] == '\'' ? 2 : 1;
  }

  static std::size_t AppendEscape(char escaped, std::string& text) {
    constexpr std::string_view kPunctuation = "'\"\\%_";
    const bool control = escaped == 'n' || escaped == 'r' || escaped == 't' || escaped == '0';
    if (!control && kPunctuation.find(escaped) == std::string_view::npos) return text.push_back('\\'), 1;
    // A tab is a cell of PostgreSQL's COPY format.
    text.push_back(!control ? escaped : escaped == 't' ? '\t' : ' ');
    return 2;
  }

  std::string waiting_;
};

}  // namespace

std::unique_ptr<TextFilter> MakeSqlText() {
  return std::make_unique<SqlText>();
}

}  // namespace vigie::content
