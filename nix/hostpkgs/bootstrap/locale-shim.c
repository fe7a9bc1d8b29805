/* Lets relocated programs find the C.UTF-8 locale where the host's is not.
 *
 * The C library looks for locales in /usr/lib/locale only, a name built into
 * it. This library comes before it in the programs that hostpkgs copies: it
 * asks the C library first, and only where that has no such locale, as in an
 * image or a chroot, asks again with LOCPATH set to the copy in the store.
 * LOCPATH is unset again at once, so that no child inherits it.
 *
 * Every function of the C library is called by way of RTLD_NEXT: bash has a
 * getenv and a setenv of its own, which the C library does not see. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t environment_lock = PTHREAD_MUTEX_INITIALIZER;

static int enter_store_locales(void) {
    char *(*get)(const char *) = (char *(*)(const char *))dlsym(RTLD_NEXT, "getenv");
    int (*set)(const char *, const char *, int) =
        (int (*)(const char *, const char *, int))dlsym(RTLD_NEXT, "setenv");
    pthread_mutex_lock(&environment_lock);
    if (get("LOCPATH") == NULL && set("LOCPATH", LOCALE_FOLDER, 1) == 0)
        return 1;
    pthread_mutex_unlock(&environment_lock);
    return 0;
}

static void leave_store_locales(void) {
    int (*unset)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unsetenv");
    unset("LOCPATH");
    pthread_mutex_unlock(&environment_lock);
}

char *setlocale(int category, const char *name) {
    char *(*next)(int, const char *) = (char *(*)(int, const char *))dlsym(RTLD_NEXT, "setlocale");
    char *result = next(category, name);
    if (result == NULL && name != NULL && enter_store_locales()) {
        result = next(category, name);
        leave_store_locales();
    }
    return result;
}

locale_t newlocale(int mask, const char *name, locale_t base) {
    locale_t (*next)(int, const char *, locale_t) =
        (locale_t(*)(int, const char *, locale_t))dlsym(RTLD_NEXT, "newlocale");
    locale_t result = next(mask, name, base);
    if (result == (locale_t)0 && name != NULL && enter_store_locales()) {
        result = next(mask, name, base);
        leave_store_locales();
    }
    return result;
}
