// A store on top of another one: whatever a subclass leaves alone goes there. As thread-safe as
// that one.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/store/store.hpp"

namespace trayline::store {

class Wrapped : public Store {
 public:
  explicit Wrapped(Store& base) : base_(base) {}
  explicit Wrapped(std::unique_ptr<Store> base) : owned_(std::move(base)), base_(*owned_) {}

  Result<void> migrate(const std::vector<const Migrations*>& modules) override {
    return base_.migrate(modules);
  }
  Result<void> transaction(const std::function<Result<void>(Session&)>& work) override {
    return base_.transaction(work);
  }
  Result<std::unique_ptr<Session>> reader() override { return base_.reader(); }
  bool shared() const override { return base_.shared(); }
  std::uint64_t connections() const override { return base_.connections(); }
  std::uint64_t statements() const override { return base_.statements(); }
  std::uint64_t commits() const override { return base_.commits(); }
  std::vector<std::string> statements_seen() const override { return base_.statements_seen(); }

 private:
  std::unique_ptr<Store> owned_;

 protected:
  Store& base_;
};

}  // namespace trayline::store
