# CMake's configure phase, in a folder build/ of its own.
# shellcheck shell=bash disable=SC2154

cmakeConfigurePhase() {
    runHook preConfigure
    if [[ -z "${dontUseCmakeBuildDir:-}" ]]; then
        mkdir -p "${cmakeBuildDir:=build}"
        cd "$cmakeBuildDir" || return
        : "${cmakeDir:=..}"
    fi
    local -a flags=(
        "-DCMAKE_INSTALL_PREFIX=${prefix:-$out}"
        "-DCMAKE_BUILD_TYPE=${cmakeBuildType:-Release}"
        -DCMAKE_INSTALL_BINDIR="${!outputBin}/bin"
        -DCMAKE_INSTALL_SBINDIR="${!outputBin}/sbin"
        -DCMAKE_INSTALL_LIBDIR="${!outputLib}/lib"
        -DCMAKE_INSTALL_LIBEXECDIR="${!outputLib}/libexec"
        -DCMAKE_INSTALL_INCLUDEDIR="${!outputInclude}/include"
        -DCMAKE_INSTALL_MANDIR="${!outputMan}/share/man"
        -DCMAKE_INSTALL_DOCDIR="${!outputDoc}/share/doc/${shareDocName:-${pname:-$name}}"
        # The host's packages must not be found, and search paths are the wrapper's.
        -DCMAKE_FIND_USE_SYSTEM_PACKAGE_REGISTRY=OFF
        -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
        -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF
        -DCMAKE_SKIP_BUILD_RPATH=OFF
        -DCMAKE_INSTALL_RPATH_USE_LINK_PATH=ON
        "-DBUILD_TESTING=$([[ -n "${doCheck:-}" ]] && echo ON || echo OFF)"
    )
    if type -P ninja >/dev/null && [[ -z "${dontUseNinjaBuild:-}" ]]; then
        flags+=(-GNinja)
    fi
    concatTo flags cmakeFlags cmakeFlagsArray
    echoCmd 'cmake flags' "${flags[@]}"
    cmake "${cmakeDir:-.}" "${flags[@]}"
    : "${enableParallelBuilding:=1}"
    runHook postConfigure
}

if [[ -z "${dontUseCmakeConfigure:-}" && -z "${configurePhase:-}" ]]; then
    configurePhase=cmakeConfigurePhase
fi
