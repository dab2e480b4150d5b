// Presents a core file as a process that can be looked at.
#ifndef TASKLEAK_SRC_LINUX_COREFILE_CORE_IMAGE_H_
#define TASKLEAK_SRC_LINUX_COREFILE_CORE_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "linux/corefile/core_file.h"
#include "linux/corefile/module_files.h"
#include "linux/proc/process_image.h"

namespace taskleak::platform {

/// Reads memory that a core file leaves out, since nothing has written to it, from the files that
/// were mapped.
class CoreImage : public ProcessImage {
 public:
  CoreImage(std::unique_ptr<CoreFile> core, const ModuleSearch& search);
  ~CoreImage() override;
  CoreImage(const CoreImage&) = delete;
  CoreImage& operator=(const CoreImage&) = delete;

  [[nodiscard]] pid_t pid() const override { return pid_; }
  [[nodiscard]] std::span<const ImageThread> threads() const override { return threads_; }
  [[nodiscard]] std::size_t ReadMemory(std::uintptr_t address, void* buffer,
                                       std::size_t size) const override;
  [[nodiscard]] const std::string& maps() const override { return maps_; }
  [[nodiscard]] std::uintptr_t signature_bits() const override {
    return core_->notes().signature_bits;
  }
  [[nodiscard]] std::string PathOf(std::string_view mapped_file) const override;
  [[nodiscard]] const std::string& debug_path() const override { return debug_path_; }

  [[nodiscard]] const CoreFile& core() const { return *core_; }
  [[nodiscard]] const ModuleFiles& modules() const { return modules_; }

 private:
  // A part of a module's file that was mapped.
  struct FilePart {
    std::uintptr_t begin;
    std::uintptr_t end;
    std::uint64_t offset;
    int file;
  };

  void OpenFiles();
  void AddThreads();
  void WriteMaps();
  std::size_t ReadFile(std::uintptr_t address, void* buffer, std::size_t size) const;

  std::unique_ptr<CoreFile> core_;
  ModuleFiles modules_;
  std::vector<int> files_;
  std::vector<FilePart> parts_;  // by ascending address
  std::vector<ImageThread> threads_;
  pid_t pid_ = 0;
  std::string maps_;
  std::string debug_path_;
};

/// Returns the image of a core file, or why there is none.
std::variant<std::unique_ptr<CoreImage>, UnreadableCore> OpenCore(const std::string& path,
                                                                  const ModuleSearch& search);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COREFILE_CORE_IMAGE_H_
