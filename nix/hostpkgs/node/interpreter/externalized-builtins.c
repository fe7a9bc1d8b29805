/* Lets a copy of Debian's Node.js find the modules that it has outside of its program.
 *
 * Some of Node.js' own modules (acorn, undici, …) are files of other packages
 * there, and their names are built in. This library comes before libuv, which
 * opens them, and opens the copies in the store. Any other file is what it is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int open_function(const char *, int, ...);

static int open_copy(const char *function, const char *path, int flags, mode_t mode) {
    open_function *next = (open_function *)dlsym(RTLD_NEXT, function);
    char copy[4096];
    size_t length = strlen(HOST_FOLDER);
    if ((flags & O_ACCMODE) == O_RDONLY && strncmp(path, HOST_FOLDER, length) == 0 &&
        snprintf(copy, sizeof copy, "%s%s", STORE_FOLDER, path + length) < (int)sizeof copy &&
        access(copy, R_OK) == 0)
        path = copy;
    return next(path, flags, mode);
}

#define DEFINE(name)                                        \
    int name(const char *path, int flags, ...) {            \
        va_list arguments;                                  \
        va_start(arguments, flags);                         \
        mode_t mode = (mode_t)va_arg(arguments, int);       \
        va_end(arguments);                                  \
        return open_copy(#name, path, flags, mode);         \
    }

DEFINE(open)
DEFINE(open64)
