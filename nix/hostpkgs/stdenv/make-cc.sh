# Writes the compiler's wrappers: make-cc.sh SHELL GLIBC RUNTIME WRAPPER HOOK
# shellcheck shell=bash disable=SC2154
shell=$1 glibc=$2 runtime=$3 wrapper=$4 hook=$5

if ! [ -x /usr/bin/gcc ]; then
    echo "hostpkgs: /usr/bin/gcc is not on this host; install the Debian packages gcc and libc6-dev" >&2
    exit 3
fi

mkdir -p "$out/bin" "$out/nix-support"
dynamicLinker=$(cat "$glibc/nix-support/dynamic-linker")

# write NAME PROGRAM RPATH
write() {
    sed -e "s|@shell@|$shell|g" -e "s|@program@|$2|g" -e "s|@rpath@|$3|g" \
        -e "s|@dynamicLinker@|$dynamicLinker|g" -e "s|@package@|$4|g" "$wrapper" >"$out/bin/$1"
    chmod +x "$out/bin/$1"
}
for name in gcc cc; do
    write "$name" /usr/bin/gcc "$glibc/lib" gcc
done
for name in g++ c++; do
    write "$name" /usr/bin/g++ "$runtime/lib:$glibc/lib" g++
done

# The others do not link: passed on as they are.
for name in cpp as ld ar ranlib nm strip objcopy objdump readelf size strings addr2line gcc-ar gcc-nm gcc-ranlib gcov; do
    printf '#!%s\nexec /usr/bin/%s "$@"\n' "$shell" "$name" >"$out/bin/$name"
    chmod +x "$out/bin/$name"
done

cp "$hook" "$out/nix-support/setup-hook"
printf 'export NIX_CC=%s NIX_BINTOOLS=%s\n' "$out" "$out" >>"$out/nix-support/setup-hook"
# Packages that ship programs give them this loader.
printf '%s\n' "$dynamicLinker" >"$out/nix-support/dynamic-linker"
exit 0
