#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/base/file_descriptor.h"
#include "platform/base/guarded.h"

namespace vigie::server {

// Files that the HTTP side has received, until a service takes them: what cannot travel in a message. Thread-safe;
// outlives its places.
class UploadShelf {
 public:
  // A file that lies there until it is taken or this goes. Its ticket, 256 random bits, is known to who put it there.
  class Place {
   public:
    Place(UploadShelf& shelf, std::string ticket) : shelf_(&shelf), ticket_(std::move(ticket)) {}
    Place(Place&& other) noexcept : shelf_(std::exchange(other.shelf_, nullptr)), ticket_(std::move(other.ticket_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (shelf_ != nullptr) (void)shelf_->Take(ticket_);
    }
    const std::string& ticket() const { return ticket_; }

   private:
    UploadShelf* shelf_;
    std::string ticket_;
  };

  Place Put(base::FileDescriptor file);
  // Once; nothing for a ticket that is none, or none any more.
  std::optional<base::FileDescriptor> Take(const std::string& ticket);

 private:
  base::Guarded<std::map<std::string, base::FileDescriptor>> files_;
};

}  // namespace vigie::server
