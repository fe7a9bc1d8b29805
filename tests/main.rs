//! The tests of the program as people call it, one module a command.
