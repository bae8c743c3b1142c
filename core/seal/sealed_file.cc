#include "core/seal/sealed_file.h"

#include <sodium.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "platform/base/private_file.h"

namespace vigie::seal {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kMagic = "VIGIESL1";
constexpr std::size_t kChunk = std::size_t{1} << 20;
constexpr std::size_t kHeaderBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kPassphraseAtLeast = 12;
constexpr std::size_t kPassphraseAtMost = 4096;

unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What stands before the stream, and is sealed for with each chunk.
struct Beginning {
  PassphraseCost cost;
  std::string salt = std::string(crypto_pwhash_SALTBYTES, '\0');

  static constexpr std::size_t kBytes = kMagic.size() + 2 + crypto_pwhash_SALTBYTES;
  std::string Text() const {
    return std::string(kMagic) + static_cast<char>(cost.passes) + static_cast<char>(cost.kib_power) + salt;
  }
  bool IsPlausible() const {
    return cost.passes >= 1 && cost.passes <= 16 && cost.kib_power >= 3 && cost.kib_power <= 20;
  }
};

// A stream's key and state, wiped in the end.
struct Stream {
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    sodium_memzero(key.data(), key.size());
    sodium_memzero(&state, sizeof state);
  }
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES> key{};
  crypto_secretstream_xchacha20poly1305_state state{};
};

Result<void> MakeKey(const Beginning& beginning, std::string_view passphrase, Stream& stream) {
  if (sodium_init() < 0) return Error{ErrorCode::kInternal, "libsodium cannot be initialised"};
  const std::size_t memory = std::size_t{1024} << beginning.cost.kib_power;
  if (crypto_pwhash(stream.key.data(), stream.key.size(), passphrase.data(), passphrase.size(), Bytes(beginning.salt),
                    beginning.cost.passes, memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
    return {};
  return Error{ErrorCode::kResourceExhausted,
               "making a key out of the passphrase needs " + std::to_string(memory >> 20) + " MiB of free memory"};
}

// Removes what it made unless it is told that all went well.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    file_.close();
    std::error_code ignored;
    if (made_ && !kept_) std::filesystem::remove(path_, ignored);
  }
  Result<void> Make() {
    std::error_code none;
    if (std::filesystem::exists(path_, none)) return Error{ErrorCode::kAlreadyExists, path_ + " is there already"};
    if (auto made = base::EnsurePrivateFile(path_); !made) return made;
    made_ = true;
    file_.open(path_, std::ios::binary | std::ios::trunc);
    return Good();
  }
  Result<void> Write(std::string_view text) {
    file_.write(text.data(), static_cast<std::streamsize>(text.size()));
    return Good();
  }
  Result<void> Keep() {
    file_.close();
    kept_ = !file_.fail();
    return Good();
  }

 private:
  Result<void> Good() const {
    if (file_) return {};
    return Error{ErrorCode::kResourceExhausted, "cannot write " + path_ + ": is its disk full?"};
  }
  const std::string path_;
  std::ofstream file_;
  bool made_ = false;
  bool kept_ = false;
};

std::size_t ReadSome(std::istream& file, std::string& into) {
  file.read(into.data(), static_cast<std::streamsize>(into.size()));
  return static_cast<std::size_t>(file.gcount());
}

Error NotToItsEnd() {
  return {ErrorCode::kDataLoss, "it cannot be read to its end"};
}

// A read that fails looks like the file's end; so what is read is held against its size.
struct Source {
  std::istream& file;
  std::uintmax_t bytes = 0;
};

Result<void> SealChunks(Source source, NewFile& to, const std::string& beginning, Stream& stream) {
  auto& [from, bytes] = source;
  std::string text(kChunk, '\0');
  std::string sealed(kChunk + kOverhead, '\0');
  for (bool last = false; !last;) {
    const std::size_t size = ReadSome(from, text);
    last = from.peek() == std::istream::traits_type::eof();
    if (from.bad() || size > bytes || (last && size < bytes)) return NotToItsEnd();
    bytes -= size;
    crypto_secretstream_xchacha20poly1305_push(
        &stream.state, Bytes(sealed), nullptr, Bytes(text), size, Bytes(std::string_view(beginning)), beginning.size(),
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    if (auto written = to.Write({sealed.data(), size + kOverhead}); !written) return written;
  }
  sodium_memzero(text.data(), text.size());
  return {};
}

Error CannotOpen(std::size_t chunk) {
  if (chunk == 0)
    return {ErrorCode::kDataLoss, "it was sealed with another passphrase, or its beginning was damaged or changed"};
  return {ErrorCode::kDataLoss, "it was damaged or changed after byte " + std::to_string(chunk * kChunk)};
}

Result<void> OpenChunks(std::istream& from, NewFile& to, const std::string& beginning, Stream& stream) {
  std::string sealed(kChunk + kOverhead, '\0');
  std::string text(kChunk, '\0');
  unsigned char tag = 0;
  for (std::size_t chunk = 0; tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL; ++chunk) {
    const std::size_t size = ReadSome(from, sealed);
    if (from.bad()) return NotToItsEnd();
    if (size == 0) return Error{ErrorCode::kDataLoss, "it is cut off: its end is missing"};
    unsigned long long opened = 0;
    if (size < kOverhead ||
        crypto_secretstream_xchacha20poly1305_pull(&stream.state, Bytes(text), &opened, &tag, Bytes(sealed), size,
                                                   Bytes(std::string_view(beginning)), beginning.size()) != 0)
      return CannotOpen(chunk);
    if (auto written = to.Write({text.data(), static_cast<std::size_t>(opened)}); !written) return written;
  }
  sodium_memzero(text.data(), text.size());
  const bool ended = from.peek() == std::istream::traits_type::eof();
  if (from.bad()) return NotToItsEnd();
  if (ended) return {};
  return Error{ErrorCode::kDataLoss, "something was added to its end"};
}

Result<Beginning> ReadBeginning(std::istream& file) {
  std::string text(Beginning::kBytes, '\0');
  if (ReadSome(file, text) < text.size() || !text.starts_with(kMagic))
    return Error{ErrorCode::kFailedPrecondition, "it is no sealed file"};
  Beginning beginning;
  beginning.cost.passes = static_cast<std::uint8_t>(text[kMagic.size()]);
  beginning.cost.kib_power = static_cast<std::uint8_t>(text[kMagic.size() + 1]);
  beginning.salt = text.substr(kMagic.size() + 2);
  if (beginning.IsPlausible()) return beginning;
  return Error{ErrorCode::kDataLoss, "its beginning was damaged or changed"};
}

Result<void> SealInto(const std::string& path, NewFile& to, std::string_view passphrase, PassphraseCost cost) {
  std::ifstream from(path, std::ios::binary);
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (!from || error) return Error{ErrorCode::kNotFound, "it cannot be read"};
  Beginning beginning{.cost = cost};
  Stream stream;
  if (sodium_init() < 0) return Error{ErrorCode::kInternal, "libsodium cannot be initialised"};
  randombytes_buf(beginning.salt.data(), beginning.salt.size());
  if (auto made = MakeKey(beginning, passphrase, stream); !made) return made;
  std::string header(kHeaderBytes, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&stream.state, Bytes(header), stream.key.data());
  const std::string text = beginning.Text();
  if (auto written = to.Write(text + header); !written) return written;
  if (auto sealed = SealChunks({from, bytes}, to, text, stream); !sealed) return sealed;
  return to.Keep();
}

Result<void> OpenInto(std::istream& from, NewFile& to, std::string_view passphrase) {
  if (!from) return Error{ErrorCode::kNotFound, "it cannot be read"};
  const auto beginning = ReadBeginning(from);
  if (!beginning) return beginning.error();
  std::string header(kHeaderBytes, '\0');
  if (ReadSome(from, header) < header.size()) return Error{ErrorCode::kDataLoss, "it is cut off: its end is missing"};
  Stream stream;
  if (auto made = MakeKey(*beginning, passphrase, stream); !made) return made;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&stream.state, Bytes(header), stream.key.data()) != 0)
    return CannotOpen(0);
  if (auto opened = OpenChunks(from, to, beginning->Text(), stream); !opened) return opened;
  return to.Keep();
}

}  // namespace

Result<void> SealFile(const std::string& from, const std::string& to, std::string_view passphrase,
                      PassphraseCost cost) {
  NewFile made(to);
  if (auto begun = made.Make(); !begun) return begun.error().Wrap("seal " + from);
  auto sealed = SealInto(from, made, passphrase, cost);
  return sealed ? sealed : sealed.error().Wrap("seal " + from);
}

Result<void> OpenSealedFile(const std::string& from, const std::string& to, std::string_view passphrase) {
  NewFile made(to);
  if (auto begun = made.Make(); !begun) return begun.error().Wrap("open " + from);
  std::ifstream file(from, std::ios::binary);
  auto opened = OpenInto(file, made, passphrase);
  return opened ? opened : opened.error().Wrap("open " + from);
}

bool IsSealedFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMagic.size(), '\0');
  return ReadSome(file, text) == text.size() && text == kMagic;
}

Result<std::string> ReadPassphrase(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  using std::filesystem::perms;
  constexpr perms kOthers = perms::group_all | perms::others_all;
  if (std::filesystem::exists(status) && (status.permissions() & kOthers) != perms::none)
    return Error{ErrorCode::kFailedPrecondition, path + " can be read by others: chmod 600 it, or choose another one"};
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kNotFound, "cannot read the passphrase in " + path};
  std::string text(kPassphraseAtMost + 1, '\0');
  text.resize(ReadSome(file, text));
  if (text.size() > kPassphraseAtMost)
    return Error{ErrorCode::kInvalidArgument,
                 path + " holds more than 4096 bytes: is it the file with the passphrase?"};
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.size() >= kPassphraseAtLeast) return text;
  return Error{ErrorCode::kFailedPrecondition,
               path + " holds less than 12 bytes: whoever has the backup would guess it"};
}

}  // namespace vigie::seal
