#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>
#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/yaml_reader.h"

namespace vigie::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kNotRepeated = -1;

// Anything but a simple word is quoted, so that no reader of YAML takes it for a number, a boolean or a null.
bool IsSimpleWord(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || text[0] < 'a' || text[0] > 'z' || std::ranges::find(kWords, text) != std::end(kWords))
    return false;
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

// Enough digits to read back the same number, and never a form that is not a number in YAML.
std::string FormatReal(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// One value: a field, or the element `index` of a list.
struct Value {
  const Message& message;
  const FieldDescriptor& field;
  int index = kNotRepeated;

  const Message& Child() const {
    const Reflection& reflection = *message.GetReflection();
    return index == kNotRepeated ? reflection.GetMessage(message, &field)
                                 : reflection.GetRepeatedMessage(message, &field, index);
  }
  std::string Text() const {
    const Reflection& reflection = *message.GetReflection();
    return index == kNotRepeated ? reflection.GetString(message, &field)
                                 : reflection.GetRepeatedString(message, &field, index);
  }

  template <typename T>
  using Getter = T (Reflection::*)(const Message&, const FieldDescriptor*) const;
  template <typename T>
  using ElementGetter = T (Reflection::*)(const Message&, const FieldDescriptor*, int) const;

  template <typename T>
  T Get(Getter<T> one, ElementGetter<T> element) const {
    const Reflection& reflection = *message.GetReflection();
    return index == kNotRepeated ? (reflection.*one)(message, &field) : (reflection.*element)(message, &field, index);
  }

  // Of anything that is neither text nor a message.
  std::string Number() const;
};

std::string Value::Number() const {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(Get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(Get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FormatReal(Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return FormatReal(static_cast<double>(Get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValueName(*field.enum_type(), Get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue));
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

class MessageWriter {
 public:
  std::string Write(const Message& message) {
    WriteMessage(message);
    return std::string(emitter_.c_str()) + "\n";
  }

 private:
  void WriteMessage(const Message& message);
  void WriteField(const Message& message, const FieldDescriptor& field);
  void WriteValue(const Value& value);

  YAML::Emitter emitter_;
};

void MessageWriter::WriteMessage(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);  // by number, set ones only
  if (fields.empty()) emitter_ << YAML::Flow;
  emitter_ << YAML::BeginMap;
  for (const FieldDescriptor* field : fields) {
    if (field->type() != FieldDescriptor::TYPE_BYTES) WriteField(message, *field);
  }
  emitter_ << YAML::EndMap;
}

void MessageWriter::WriteField(const Message& message, const FieldDescriptor& field) {
  emitter_ << YAML::Key << field.name() << YAML::Value;
  if (!field.is_repeated()) return WriteValue({message, field});
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) emitter_ << YAML::Flow;
  emitter_ << YAML::BeginSeq;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) WriteValue({message, field, i});
  emitter_ << YAML::EndSeq;
}

void MessageWriter::WriteValue(const Value& value) {
  if (value.field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const std::string text = value.Text();
    emitter_ << (IsSimpleWord(text) ? YAML::Auto : YAML::DoubleQuoted) << text;
    return;
  }
  if (value.field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    emitter_ << value.Number();
    return;
  }
  const Message& child = value.Child();
  if (child.GetDescriptor() == google::protobuf::Duration::descriptor()) {
    emitter_ << FormatDuration(FromProto(static_cast<const google::protobuf::Duration&>(child)));
  } else if (child.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    const auto& time = static_cast<const google::protobuf::Timestamp&>(child);
    emitter_ << YAML::DoubleQuoted << google::protobuf::util::TimeUtil::ToString(time);
  } else {
    WriteMessage(child);
  }
}

}  // namespace

std::string WriteYaml(const Message& message) {
  return MessageWriter().Write(message);
}

}  // namespace vigie::contract
