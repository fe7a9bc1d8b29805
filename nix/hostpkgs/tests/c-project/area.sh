#!/bin/sh
# The triangle's area, in whole numbers.
echo $(($1 * $2 / 2))
