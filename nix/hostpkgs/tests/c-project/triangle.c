#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Prints the longest side of a right-angled triangle. */
int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: triangle A B\n");
        return 2;
    }
    setlocale(LC_ALL, "");
    printf("%g\n", hypot(atof(arguments[1]), atof(arguments[2])));
    return 0;
}
