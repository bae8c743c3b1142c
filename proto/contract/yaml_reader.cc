#include "proto/contract/yaml_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/yaml_document.h"

namespace vigie::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

base::Error Reason(std::string message) {
  return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

// Keys come from the file: what is shown of them is short and harmless to a terminal.
std::string Printable(std::string_view key) {
  std::string shown(key.substr(0, 64));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return shown;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string KnownKeys(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return Join(names);
}

template <typename T>
base::Result<T> ParseInteger(const YamlNode& node) {
  T value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (node.quoted || error != std::errc() || stop != end) {
    return Reason("must be a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                  std::to_string(std::numeric_limits<T>::max()));
  }
  return value;
}

template <typename T>
base::Result<T> ParseReal(const YamlNode& node) {
  T value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (node.quoted || error != std::errc() || stop != end || !std::isfinite(value)) return Reason("must be a number");
  return value;
}

base::Result<bool> ParseBool(const YamlNode& node) {
  if (!node.quoted && node.text == "true") return true;
  if (!node.quoted && node.text == "false") return false;
  return Reason("must be true or false");
}

base::Result<std::string> ParseText(const YamlNode& node) {
  if (node.text.find('\0') != std::string::npos) return Reason("must not contain a NUL character");
  return node.text;
}

base::Result<int> ParseEnum(const YamlNode& node, const google::protobuf::EnumDescriptor& type) {
  const auto number = EnumValueNumber(type, node.text);
  if (!number) return Reason("must be one of " + Join(EnumValueNames(type)));
  return *number;
}

// Where in the document something stands, for messages.
struct Place {
  std::string path;
  int line = 1;

  Place Key(const std::string& name, int key_line) const { return {path.empty() ? name : path + "." + name, key_line}; }
  Place Element(std::size_t index, int element_line) const {
    return {path + "[" + std::to_string(index) + "]", element_line};
  }
};

// One field of one message that is being filled; of a list, its next element.
struct Slot {
  Message& message;
  const FieldDescriptor& field;

  template <typename T>
  using Setter = void (Reflection::*)(Message*, const FieldDescriptor*, T) const;

  template <typename T>
  base::Result<void> Put(base::Result<T> value, Setter<T> set, Setter<T> add) const {
    if (!value) return value.error();
    (message.GetReflection()->*(field.is_repeated() ? add : set))(&message, &field, *std::move(value));
    return {};
  }

  base::Result<void> PutScalar(const YamlNode& node) const;

  Message& NewMessage() const {
    const Reflection& reflection = *message.GetReflection();
    return field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field);
  }
};

base::Result<void> Slot::PutScalar(const YamlNode& node) const {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Put(ParseInteger<std::int32_t>(node), &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return Put(ParseInteger<std::int64_t>(node), &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return Put(ParseInteger<std::uint32_t>(node), &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return Put(ParseInteger<std::uint64_t>(node), &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Put(ParseReal<double>(node), &Reflection::SetDouble, &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Put(ParseReal<float>(node), &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Put(ParseBool(node), &Reflection::SetBool, &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      return Put(ParseEnum(node, *field.enum_type()), &Reflection::SetEnumValue, &Reflection::AddEnumValue);
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return Reason("cannot be written in YAML");
      return Put(ParseText(node), &Reflection::SetString, &Reflection::AddString);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return Reason("must be a map of keys and values");
}

bool IsTime(const Descriptor& type) {
  return &type == google::protobuf::Duration::descriptor() || &type == google::protobuf::Timestamp::descriptor();
}

base::Result<void> ReadTime(const YamlNode& node, Message& message) {
  if (message.GetDescriptor() == google::protobuf::Duration::descriptor()) {
    const auto duration = ParseDuration(node.text);
    if (!duration) return duration.error();
    static_cast<google::protobuf::Duration&>(message) = ToProto(*duration);
    return {};
  }
  const auto time = ParseTime(node.text);
  if (!time) return time.error();
  static_cast<google::protobuf::Timestamp&>(message) = *time;
  return {};
}

// Walks the tree and the descriptor side by side, and goes on behind what is wrong. Recursion is bounded by the tree's
// depth.
class MessageReader {
 public:
  void Read(const YamlNode& map, const Place& place, Message& message);
  YamlReading TakeReading() { return std::move(reading_); }

 private:
  // Null: what is wrong was noted.
  const FieldDescriptor* FindField(const YamlNode& key, const Place& parent, const Message& message);
  void ReadField(const YamlNode& value, const Place& place, const Slot& slot);
  void ReadElement(const YamlNode& value, const Place& place, const Slot& slot);

  void Note(const Place& place, std::string_view reason) {
    if (reading_.faults.size() < kMaxYamlFaults)
      reading_.faults.push_back({place.path, place.line, std::string(reason)});
  }

  YamlReading reading_;
};

void MessageReader::Read(const YamlNode& map, const Place& place, Message& message) {
  if (map.kind != YamlNode::Kind::kMap) return Note(place, "must be a map of keys and values");
  std::set<const FieldDescriptor*> seen;
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    const YamlNode& key = map.children[i];
    const FieldDescriptor* field = FindField(key, place, message);
    if (field == nullptr) continue;
    const Place here = place.Key(field->name(), key.line);
    if (seen.insert(field).second) {
      ReadField(map.children[i + 1], here, {message, *field});
    } else {
      Note(here, "given twice");
    }
  }
}

const FieldDescriptor* MessageReader::FindField(const YamlNode& key, const Place& parent, const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  if (key.kind != YamlNode::Kind::kScalar) {
    Note({parent.path, key.line}, "a key must be a name");
    return nullptr;
  }
  const FieldDescriptor* field = type.FindFieldByName(key.text);
  const Place here = parent.Key(Printable(key.text), key.line);
  if (field == nullptr) {
    Note(here, "unknown key; the keys here are " + KnownKeys(type));
    return nullptr;
  }
  const auto* choice = field->real_containing_oneof();
  if (choice != nullptr && message.GetReflection()->HasOneof(message, choice) &&
      !message.GetReflection()->HasField(message, field)) {
    Note(here, "excludes a key given before");
    return nullptr;
  }
  return field;
}

void MessageReader::ReadField(const YamlNode& value, const Place& place, const Slot& slot) {
  reading_.lines[place.path] = place.line;
  if (value.kind == YamlNode::Kind::kNull) return Note(place, "has no value");
  if (!slot.field.is_repeated()) return ReadElement(value, place, slot);
  if (value.kind != YamlNode::Kind::kSequence) return Note(place, "must be a list");
  for (std::size_t i = 0; i < value.children.size(); ++i) {
    const Place element = place.Element(i, value.children[i].line);
    reading_.lines[element.path] = element.line;
    ReadElement(value.children[i], element, slot);
  }
}

void MessageReader::ReadElement(const YamlNode& value, const Place& place, const Slot& slot) {
  const bool is_message = slot.field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const bool is_time = is_message && IsTime(*slot.field.message_type());
  if (is_message && !is_time) return Read(value, place, slot.NewMessage());
  if (value.kind != YamlNode::Kind::kScalar) return Note(place, "must be a single value");
  const auto read = is_time ? ReadTime(value, slot.NewMessage()) : slot.PutScalar(value);
  if (!read) Note(place, read.error().message);
}

}  // namespace

base::Error YamlFault::In(const std::string& file_name) const {
  return YamlError(file_name, line, path.empty() ? reason : path + ": " + reason);
}

base::Result<YamlReading> ReadYamlThroughout(std::string_view text, const std::string& file_name, Message& message) {
  const auto root = ParseYaml(text, file_name);
  if (!root) return root.error();
  MessageReader reader;
  reader.Read(*root, {"", root->line}, message);
  return reader.TakeReading();
}

base::Result<YamlLines> ReadYamlWithLines(std::string_view text, const std::string& file_name, Message& message) {
  auto reading = ReadYamlThroughout(text, file_name, message);
  if (!reading) return reading.error();
  if (!reading->faults.empty()) return reading->faults.front().In(file_name);
  return std::move(reading->lines);
}

base::Result<void> ReadYaml(std::string_view text, const std::string& file_name, Message& message) {
  const auto lines = ReadYamlWithLines(text, file_name, message);
  if (!lines) return lines.error();
  return {};
}

}  // namespace vigie::contract
