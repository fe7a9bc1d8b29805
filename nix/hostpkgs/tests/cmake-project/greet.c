#include <stdio.h>

int main(void)
{
    return puts("good " WORD) < 0;
}
