#include "platform/linux/block_devices.h"

#include <libudev.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

namespace vigie::platform {
namespace {

constexpr int kMaxLayers = 8;  // of device mapper and RAID upon each other
constexpr std::size_t kMaxTextBytes = 128;
constexpr std::array<std::string_view, 5> kRemovableBuses = {"usb", "ieee1394", "firewire", "mmc", "memstick"};

struct Unreference {
  void operator()(udev_device* device) const { udev_device_unref(device); }
};
using Device = std::unique_ptr<udev_device, Unreference>;

std::string Text(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::string Attribute(udev_device* device, const char* name) {
  return device == nullptr ? std::string() : Text(udev_device_get_sysattr_value(device, name));
}

std::string Property(udev_device* device, const char* name) {
  return Text(udev_device_get_property_value(device, name));
}

bool IsPartition(udev_device* device) {
  return Text(udev_device_get_devtype(device)) == "partition";
}

// Parents belong to their child and need no reference of their own.
udev_device* DiskOf(udev_device* device) {
  udev_device* parent = IsPartition(device) ? udev_device_get_parent(device) : nullptr;
  return parent == nullptr ? device : parent;
}

bool IsRemovableBus(std::string_view bus) {
  return std::ranges::find(kRemovableBuses, bus) != kRemovableBuses.end();
}

// A memory chip soldered to the board (eMMC) sits on the same bus as a card.
bool IsSoldered(udev_device* device) {
  udev_device* card = udev_device_get_parent_with_subsystem_devtype(device, "mmc", nullptr);
  return card != nullptr && Attribute(card, "type") != "SD";
}

bool HangsOnRemovableBus(udev_device* disk) {
  if (IsSoldered(disk)) return false;
  if (IsRemovableBus(Property(disk, "ID_BUS"))) return true;
  for (udev_device* parent = disk; parent != nullptr; parent = udev_device_get_parent(parent)) {
    if (IsRemovableBus(Text(udev_device_get_subsystem(parent)))) return true;
  }
  return false;
}

// What the device is made of: device mapper and RAID list it in sysfs.
std::vector<Device> LayersBelow(udev* database, udev_device* device) {
  std::vector<Device> layers;
  std::error_code failure;
  const std::filesystem::path folder = std::filesystem::path(udev_device_get_syspath(device)) / "slaves";
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    Device layer(udev_device_new_from_subsystem_sysname(database, "block", name.c_str()));
    if (layer) layers.push_back(std::move(layer));
  }
  return layers;
}

// The whole disks at the bottom.
void CollectDisks(udev* database, Device device, int layers, std::vector<Device>& disks) {
  if (!device || layers == 0) return;
  std::vector<Device> below = LayersBelow(database, device.get());
  if (below.empty()) {
    disks.emplace_back(udev_device_ref(DiskOf(device.get())));
    return;
  }
  for (Device& layer : below) CollectDisks(database, std::move(layer), layers - 1, disks);
}

std::vector<Device> FindDisks(udev* database, dev_t device) {
  std::vector<Device> disks;
  CollectDisks(database, Device(udev_device_new_from_devnum(database, 'b', device)), kMaxLayers, disks);
  return disks;
}

std::string FirstOf(const std::string& preferred, const std::string& otherwise) {
  return preferred.empty() ? otherwise : preferred;
}

// udevd fills the properties; without it the device's own attributes say the same.
std::string NameOfDisk(udev_device* disk) {
  udev_device* stick = udev_device_get_parent_with_subsystem_devtype(disk, "usb", "usb_device");
  const std::array parts = {
      FirstOf(Property(disk, "ID_VENDOR"), FirstOf(Attribute(stick, "manufacturer"), Attribute(disk, "device/vendor"))),
      FirstOf(Property(disk, "ID_MODEL"), FirstOf(Attribute(stick, "product"), Attribute(disk, "device/model"))),
      FirstOf(Property(disk, "ID_SERIAL_SHORT"),
              FirstOf(Attribute(stick, "serial"), Attribute(disk, "device/serial")))};
  std::string name;
  for (const std::string& part : parts) {
    const std::string clean = CleanDeviceText(part);
    if (clean.empty()) continue;
    name += (name.empty() ? "" : " ") + clean;
  }
  return name;
}

}  // namespace

base::Result<std::unique_ptr<BlockDevices>> BlockDevices::Open() {
  udev* database = udev_new();
  if (database == nullptr) {
    return base::Error{base::ErrorCode::kResourceExhausted, "the device database cannot be opened: no memory"};
  }
  return std::unique_ptr<BlockDevices>(new BlockDevices(database));
}

BlockDevices::~BlockDevices() {
  udev_unref(database_);
}

bool BlockDevices::IsRemovable(dev_t device) const {
  return std::ranges::any_of(FindDisks(database_, device), [](const Device& disk) {
    return Attribute(disk.get(), "removable") == "1" || HangsOnRemovableBus(disk.get());
  });
}

std::set<std::string> BlockDevices::DisksOf(dev_t device) const {
  std::set<std::string> paths;
  for (const Device& disk : FindDisks(database_, device)) paths.insert(udev_device_get_syspath(disk.get()));
  return paths;
}

std::string BlockDevices::NameOf(dev_t device) const {
  for (const Device& disk : FindDisks(database_, device)) {
    if (std::string name = NameOfDisk(disk.get()); !name.empty()) return name;
  }
  return "";
}

std::optional<dev_t> BlockDeviceAt(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return std::nullopt;
  return status.st_rdev;
}

std::string CleanDeviceText(const std::string& text) {
  std::string clean = text.substr(0, kMaxTextBytes);
  std::ranges::replace_if(
      clean, [](char character) { return character < ' ' || character > '~'; }, '_');
  const std::size_t begin = clean.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return clean.substr(begin, clean.find_last_not_of(' ') - begin + 1);
}

}  // namespace vigie::platform
