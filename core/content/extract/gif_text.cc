#include <algorithm>

#include "core/content/extract/hidden_text.h"

namespace vigie::content {
namespace {

// A machine over the blocks of a GIF89a: a head of known size, then perhaps rows of sub-blocks, each with its length.
class GifText final : public TextFilter {
 public:
  void Append(std::string_view chunk, std::string& text) override {
    while (!chunk.empty()) {
      if (in_block_ > 0) {
        const auto piece = chunk.substr(0, in_block_);
        if (is_comment_) text.append(piece);
        in_block_ -= piece.size();
        chunk.remove_prefix(piece.size());
        continue;
      }
      Take(static_cast<unsigned char>(chunk[0]), text);
      chunk.remove_prefix(1);
    }
  }
  void Finish(std::string&) override {}

 private:
  enum class Expecting { kHead, kBlock, kLabel, kImage, kLength, kNothing };
  static constexpr std::size_t kScreenFlags = 10;
  static constexpr std::size_t kHeadBytes = 13;
  static constexpr std::size_t kImageFlags = 8;
  static constexpr std::size_t kImageBytes = 10;  // with the size of its first codes behind the colours

  static std::size_t ColourBytes(unsigned char flags) {
    return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
  }

  void Take(unsigned char byte, std::string& text) {
    switch (expecting_) {
      case Expecting::kHead:
        return TakeHead(byte);
      case Expecting::kBlock:
        expecting_ = byte == 0x21 ? Expecting::kLabel : byte == 0x2c ? Expecting::kImage : Expecting::kNothing;
        position_ = 0;
        is_comment_ = false;
        return;
      case Expecting::kLabel:
        is_comment_ = byte == 0xfe;
        expecting_ = Expecting::kLength;
        return;
      case Expecting::kImage:
        return TakeImage(byte);
      case Expecting::kLength:
        in_block_ = byte;
        if (byte != 0) return;
        if (is_comment_) text.push_back('\n');
        expecting_ = Expecting::kBlock;
        return;
      case Expecting::kNothing:
        return;
    }
  }

  void TakeHead(unsigned char byte) {
    if (position_ == kScreenFlags) flags_ = byte;
    if (++position_ < kHeadBytes) return;
    in_block_ = ColourBytes(flags_);
    expecting_ = Expecting::kBlock;
  }

  void TakeImage(unsigned char byte) {
    if (position_ == kImageFlags) {
      flags_ = byte;
      in_block_ = ColourBytes(flags_);
    }
    if (++position_ == kImageBytes) expecting_ = Expecting::kLength;
  }

  Expecting expecting_ = Expecting::kHead;
  std::size_t position_ = 0;
  std::size_t in_block_ = 0;  // bytes to come that are a sub-block's or colours
  unsigned char flags_ = 0;
  bool is_comment_ = false;
};

}  // namespace

std::unique_ptr<TextFilter> MakeGifText() {
  return std::make_unique<GifText>();
}

}  // namespace vigie::content
