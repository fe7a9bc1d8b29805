# shellcheck shell=bash
export CC="${CC:-gcc}" CXX="${CXX:-g++}" LD="${LD:-ld}" AR="${AR:-ar}" AS="${AS:-as}"
export NM="${NM:-nm}" RANLIB="${RANLIB:-ranlib}" STRIP="${STRIP:-strip}"
export OBJCOPY="${OBJCOPY:-objcopy}" OBJDUMP="${OBJDUMP:-objdump}" READELF="${READELF:-readelf}" SIZE="${SIZE:-size}"
