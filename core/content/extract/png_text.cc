#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/content/extract/hidden_text.h"
#include "core/content/extract/text_decoder.h"

namespace vigie::content {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;

// As far as it goes; no more than kMostBytes.
std::string Inflate(std::string_view packed) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads there
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string bytes;
  std::array<char, 16 * 1024> buffer;
  int status = Z_OK;
  while (status == Z_OK && bytes.size() < kMostBytes) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    bytes.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return bytes;
}

class PngText final : public TextFilter {
 public:
  void Append(std::string_view chunk, std::string& text) override {
    while (!chunk.empty()) {
      const auto wanted = to_skip_ > 0 ? to_skip_ : needed_ - collected_.size();
      const auto piece = chunk.substr(0, wanted);
      chunk.remove_prefix(piece.size());
      if (to_skip_ > 0) {
        to_skip_ -= piece.size();
        continue;
      }
      collected_.append(piece);
      if (collected_.size() == needed_) TakeCollected(text);
    }
  }
  void Finish(std::string&) override {}

 private:
  static constexpr std::size_t kSignature = 8;
  static constexpr std::size_t kChunkHead = 8;
  static constexpr std::size_t kCheckSum = 4;

  void TakeCollected(std::string& text) {
    if (type_.empty()) return TakeHead();
    const std::string_view data(collected_);
    const auto keyword_end = data.find('\0');
    if (keyword_end != std::string_view::npos) {
      text.append(type_ == "zTXt" ? ReadZtxt(data.substr(keyword_end + 1)) : ReadItxt(data.substr(keyword_end + 1)));
      text.push_back('\n');
    }
    type_.clear();
    Expect(kChunkHead, kCheckSum);
  }

  void TakeHead() {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = (length << 8) | static_cast<unsigned char>(collected_[i]);
    const auto type = collected_.substr(4);
    if ((type != "zTXt" && type != "iTXt") || length == 0 || length > kMostBytes)
      return Expect(kChunkHead, length + kCheckSum);
    type_ = type;
    Expect(length, 0);
  }

  void Expect(std::size_t needed, std::size_t skip_before) {
    collected_.clear();
    needed_ = needed;
    to_skip_ = skip_before;
  }

  // Behind the keyword: the method, and Latin-1.
  static std::string ReadZtxt(std::string_view rest) {
    TextDecoder decoder(TextEncoding::kEightBit);
    std::string text;
    decoder.Decode(Inflate(rest.substr(std::min<std::size_t>(1, rest.size()))), text);
    decoder.Finish(text);
    return text;
  }

  // Flag, method, language, translated keyword; uncompressed text shows in the bytes already.
  static std::string ReadItxt(std::string_view rest) {
    if (rest.size() < 2 || rest[0] != '\1') return "";
    rest.remove_prefix(2);
    for (int i = 0; i < 2; ++i) {
      const auto end = rest.find('\0');
      if (end == std::string_view::npos) return "";
      rest.remove_prefix(end + 1);
    }
    return Inflate(rest);
  }

  std::string collected_;
  std::string type_;  // of the chunk whose data is being collected
  std::size_t needed_ = kChunkHead;
  std::size_t to_skip_ = kSignature;
};

}  // namespace

std::unique_ptr<TextFilter> MakePngText() {
  return std::make_unique<PngText>();
}

}  // namespace vigie::content
