// Bytes read and not yet consumed, contiguous, in a block that grows while reads fill it.
#pragma once
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace trayline::http {

class ReadBuffer {
 public:
  std::string_view waiting() const { return {bytes_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t count) { begin_ += count; }
  void clear() { begin_ = end_ = 0; }

  // Room for a read, behind what is waiting; moves what is waiting to the front.
  std::span<char> room() {
    if (begin_ > 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (full_ && bytes_.size() < read_bytes_max) bytes_.resize(bytes_.size() * 2);
    if (bytes_.size() - end_ < read_bytes_min) bytes_.resize(end_ + read_bytes_min);
    return {bytes_.data() + end_, bytes_.size() - end_};
  }
  // So many bytes were read into the last room().
  void filled(std::size_t count) {
    end_ += count;
    full_ = end_ == bytes_.size();
  }

 private:
  static constexpr std::size_t read_bytes_min = 4 * 1024;
  static constexpr std::size_t read_bytes_max = 64 * 1024;

  std::vector<char> bytes_;
  std::size_t begin_ = 0, end_ = 0;
  bool full_ = false;
};

}  // namespace trayline::http
