#include "code_mappings.h"

#include <fstream>
#include <sstream>

namespace taskleak::live {

std::vector<CodeMapping> ReadCodeMappings() {
  std::vector<CodeMapping> mappings;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    // "begin-end rwxp offset device inode   path"
    std::istringstream fields(line);
    CodeMapping mapping;
    char dash = 0;
    std::string access;
    std::string device;
    std::string inode;
    fields >> std::hex >> mapping.begin >> dash >> mapping.end >> access >> mapping.offset >>
        device >> inode >> std::ws;
    std::getline(fields, mapping.path);
    const bool executable = access.find('x') != std::string::npos;
    if (executable && !mapping.path.empty()) mappings.push_back(std::move(mapping));
  }
  return mappings;
}

}  // namespace taskleak::live
