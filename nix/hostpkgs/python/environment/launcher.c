/* The `python` of an environment: the interpreter, told that it is this one.
 *
 * CPython finds an environment by the folder of its own name, so the name it is
 * started by must lead there even where somebody reached it through a link.
 * ENVIRONMENT_PYTHON and INTERPRETER are given by the compiler's command line.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char name[] = ENVIRONMENT_PYTHON;

    if (argc < 1) {
        fprintf(stderr, "%s: started without a name\n", name);
        return 126;
    }
    argv[0] = name;
    execv(INTERPRETER, argv);
    fprintf(stderr, "%s: cannot start %s: %s\n", name, INTERPRETER, strerror(errno));
    return 127;
}
