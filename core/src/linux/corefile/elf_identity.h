// Recognizes one build of a program or library.
#ifndef TASKLEAK_SRC_LINUX_COREFILE_ELF_IDENTITY_H_
#define TASKLEAK_SRC_LINUX_COREFILE_ELF_IDENTITY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace taskleak::platform {

/// Holds what the beginning of an ELF file shows, in memory as in the file.
struct ElfIdentity {
  /// A part of the file that is loaded.
  struct Segment {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t address = 0;
    bool executable = false;

    bool operator==(const Segment&) const = default;
  };

  std::string build_id{};  ///< in hexadecimal; empty if there is none at the beginning
  std::uint64_t entry = 0;
  std::vector<Segment> segments{};

  /// Returns true if both are of one build: by their build ids or, if one has none, by what is
  /// loaded.
  [[nodiscard]] bool IsSameBuild(const ElfIdentity& other) const;
  /// Returns true if the file's content at `offset` is loaded as code, in pages of that size.
  [[nodiscard]] bool IsCode(std::uint64_t offset, std::uint64_t page_size) const;
};

/// How much of a file IdentityOf() needs: linkers put the program headers and the build id first.
inline constexpr std::size_t kIdentityBytes = 16384;

/// Returns the identity of the ELF file that begins so; nothing if it is not one for this
/// processor.
std::optional<ElfIdentity> IdentityOf(std::span<const char> beginning);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COREFILE_ELF_IDENTITY_H_
