# Warnings and flags of our own code; linked privately, so that they do not leak to those who link us.
add_library(rollcast_options INTERFACE)
# No contraction of multiply-add: the same build gives the same bytes whatever the compiler thinks of vectorising.
target_compile_options(rollcast_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off)
# GCC 12 sees overlapping copies in "text" + std::string that are not there (its bug 105651).
target_compile_options(rollcast_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
if(ROLLCAST_SANITIZE)
  add_compile_options(-fsanitize=${ROLLCAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROLLCAST_SANITIZE})
endif()

# rollcast_library(<name> SOURCES a.cc b.cc ... DEPENDS target ...): the library rollcast::<name> over this folder. Its
# headers stand beside the sources.
function(rollcast_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;DEPENDS")
  add_library(rollcast_${name} STATIC ${arg_SOURCES})
  add_library(rollcast::${name} ALIAS rollcast_${name})
  target_sources(rollcast_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_compile_features(rollcast_${name} PUBLIC cxx_std_20)
  target_link_libraries(rollcast_${name} PUBLIC ${arg_DEPENDS} PRIVATE rollcast_options)
  set_target_properties(rollcast_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()
